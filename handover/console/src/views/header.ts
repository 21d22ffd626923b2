/** The head of every page: connection, person, presence, and the way to the pages open to her. */

import { html, nothing, type TemplateResult } from 'lit';
import { playChime } from '../chime';
import { describeError } from '../errors';
import { frameTexts } from '../pages-texts';
import { PAGE_HASHES, pagesFor, QUEUE_HASH, type Page } from '../route';
import { texts } from '../texts';
import { DeskElement } from './desk-element';
import { iconButton } from './parts';

export class Header extends DeskElement {
  static readonly tag = 'kl-header';

  static override properties = {
    ...DeskElement.properties,
    page: { attribute: false },
    presenceProblem: { state: true },
  };

  declare page: Page;
  declare presenceProblem: string;

  constructor() {
    super();
    this.page = 'queue';
    this.presenceProblem = '';
  }

  protected override render(): TemplateResult {
    const { desk } = this;
    const hasCases = (desk?.session?.offices.length ?? 0) > 0 && desk?.setup === null;
    return html`<header>
      <button type="button" class="kl-skip" @click=${this.#onSkip}>${frameTexts.skip}</button>
      <div class="kl-header">
        <h1 class="kl-header__name">${texts.app.title}</h1>
        ${hasCases ? this.#renderConnection() : nothing} ${this.#renderPerson()}
        ${hasCases ? this.#renderSound() : nothing}
        ${hasCases ? iconButton('help', texts.app.help, this.#onHelp) : nothing}
        <button type="button" class="kern-btn kern-btn--tertiary kl-sign-out" @click=${this.#onSignOut}>
          <span class="kern-icon kern-icon--logout" aria-hidden="true"></span>
          <span class="kern-label">${texts.app.signOut}</span>
        </button>
      </div>
      ${desk?.setup === null
        ? html`<div class="kl-header__pages">
            ${this.#renderNavigation()} ${hasCases ? this.#renderPresence() : nothing}
          </div>`
        : nothing}
    </header>`;
  }

  #renderConnection(): TemplateResult {
    const connection = this.desk?.connection ?? 'connecting';
    return html`<p
      class="kl-connection kl-connection--${connection}"
      role="status"
      title=${texts.connection[connection]}
    >
      <span class="kl-connection__text">${texts.connection[connection]}</span>
    </p>`;
  }

  #renderPerson(): TemplateResult {
    const { desk } = this;
    const names = [...new Set(desk?.session?.memberships.map(({ office }) => desk.nameOffice(office)))].join(', ');
    return html`<p class="kl-header__user" title=${texts.app.offices(names)}>
      <span class="kl-header__person">${desk?.session?.name}</span>
      <span class="kl-header__offices">${names}</span>
    </p>`;
  }

  #renderSound(): TemplateResult {
    const sound = this.desk?.preferences.sound ?? false;
    return html`<button
      type="button"
      class="kern-btn kern-btn--tertiary kl-sound"
      title=${sound ? texts.app.soundOn : texts.app.soundOff}
      aria-label=${sound ? texts.app.soundOn : texts.app.soundOff}
      @click=${this.#onSound}
    >
      <span class="kern-label">${sound ? texts.app.soundOnShort : texts.app.soundOffShort}</span>
    </button>`;
  }

  #renderNavigation(): TemplateResult {
    const session = this.desk?.session;
    return html`<nav class="kl-nav" aria-label=${frameTexts.navigation}>
      <ul>
        ${(session == null ? [] : pagesFor(session)).map(
          (page) => html`<li>
            <a
              class="kl-nav__link"
              href=${PAGE_HASHES[page]}
              aria-current=${page === this.page ? 'page' : nothing}
            >${frameTexts.pages[page]}</a>
          </li>`,
        )}
      </ul>
    </nav>`;
  }

  /** The label stays and its state changes, as screen readers expect of a switch. */
  #renderPresence(): TemplateResult {
    const away = this.desk?.session?.away ?? false;
    return html`<div class="kl-presence">
      <button
        type="button"
        class="kl-switch"
        role="switch"
        aria-checked=${away ? 'false' : 'true'}
        title=${away ? frameTexts.presenceOff : frameTexts.presenceOn}
        @click=${() => void this.#setAway(!away)}
      >
        <span class="kl-switch__track" aria-hidden="true"></span>
        <span>${frameTexts.presence}</span>
      </button>
      <span class="kl-presence__pause">${away ? frameTexts.pause : nothing}</span>
      <span role="alert" class="kl-small">${this.presenceProblem}</span>
    </div>`;
  }

  async #setAway(away: boolean): Promise<void> {
    this.presenceProblem = '';
    try {
      await this.desk?.setAway(away);
    } catch (error) {
      if (this.desk?.noticeEndedSession(error) !== true) {
        this.presenceProblem = describeError(error, this.desk?.now() ?? Date.now());
      }
    }
  }

  readonly #onSkip = (): void => {
    document.querySelector<HTMLElement>('main')?.focus();
  };

  readonly #onSound = (): void => {
    const sound = !(this.desk?.preferences.sound ?? false);
    this.desk?.setPreferences({ sound });
    if (sound) {
      playChime();
    }
  };

  readonly #onHelp = (): void => {
    this.dispatchEvent(new Event('help'));
  };

  readonly #onSignOut = (): void => {
    location.hash = QUEUE_HASH;
    void this.desk?.signOut();
  };
}

customElements.define(Header.tag, Header);
