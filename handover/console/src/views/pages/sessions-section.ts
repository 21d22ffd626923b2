/** Where one is signed in, and the way to end it there. */

import { html, nothing, type TemplateResult } from 'lit';
import { formatTime } from '../../format';
import type { OpenSession } from '../../pages-model';
import { accountTexts } from '../../pages-texts';
import { badge } from '../parts';
import { PageElement } from './page-element';

const texts = accountTexts.sessions;

export class SessionsSection extends PageElement {
  static readonly tag = 'kl-sessions';

  static override properties = { ...PageElement.properties, sessions: { attribute: false } };

  declare sessions: readonly OpenSession[];

  constructor() {
    super();
    this.sessions = [];
  }

  protected override render(): TemplateResult {
    return html`<section class="kl-section" aria-labelledby="sessions-title">
      <h3 class="kern-heading-small" id="sessions-title" tabindex="-1">${texts.title}</h3>
      ${this.renderOutcome()}
      <ul class="kl-sessions">
        ${this.sessions.map((session) => this.#renderOne(session))}
      </ul>
      ${this.#others.length < 2
        ? nothing
        : html`<button type="button" class="kern-btn kern-btn--secondary" @click=${this.#onEndOthers}>
            <span class="kern-label">${texts.endOthers}</span>
          </button>`}
    </section>`;
  }

  #renderOne(session: OpenSession): TemplateResult {
    const browser = session.browser ?? texts.unknown;
    return html`<li class="kl-sessions__one">
      <div>
        <p class="kl-sessions__browser">${browser} ${session.current ? badge('info', texts.current) : nothing}</p>
        <p class="kl-small">${texts.since} ${formatTime(session.created_at, this.now)}</p>
      </div>
      ${session.current
        ? nothing
        : html`<button
            type="button"
            class="kern-btn kern-btn--tertiary"
            aria-label=${texts.endNamed(browser)}
            @click=${() => void this.#end([session], texts.ended)}
          >
            <span class="kern-label">${texts.end}</span>
          </button>`}
    </li>`;
  }

  get #others(): readonly OpenSession[] {
    return this.sessions.filter((session) => !session.current);
  }

  readonly #onEndOthers = (): void => {
    void this.#end(this.#others, texts.othersEnded);
  };

  async #end(sessions: readonly OpenSession[], done: string): Promise<void> {
    const pages = this.desk?.pages;
    await this.attempt(async () => {
      for (const session of sessions) {
        await pages?.endSession(session.id);
      }
    }, done);
    // The button that was pressed goes with its row.
    this.querySelector<HTMLElement>('#sessions-title')?.focus();
    this.dispatchEvent(new Event('account-changed', { bubbles: true }));
  }
}

customElements.define(SessionsSection.tag, SessionsSection);
