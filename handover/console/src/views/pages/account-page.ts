/** One's own account: person, how this browser looks, password, second factor, devices. */

import { html, nothing, type TemplateResult } from 'lit';
import { nameLanguage } from '../../format';
import type { OwnAccount } from '../../pages-model';
import { accountTexts as texts, frameTexts, roleTexts } from '../../pages-texts';
import { showTheme, THEMES, type Theme } from '../../theme';
import { alertBox } from '../parts';
import { PageElement } from './page-element';
import './password-field';
import './password-form';
import './sessions-section';
import './totp-section';

export class AccountPage extends PageElement {
  static readonly tag = 'kl-account-page';

  static override properties = { ...PageElement.properties, account: { state: true } };

  declare account: OwnAccount | null;

  constructor() {
    super();
    this.account = null;
  }

  protected override firstUpdated(): void {
    void this.#load();
  }

  async #load(): Promise<void> {
    await this.attempt(async () => {
      this.account = (await this.desk?.pages.account()) ?? null;
    });
  }

  protected override render(): TemplateResult {
    return html`<div
      class="kl-page kl-page--narrow"
      @account-changed=${this.#onChanged}
      @password-changed=${() => void this.#load()}
    >
      ${this.renderTitle(texts.title)}
      ${this.desk?.setup === 'totp'
        ? alertBox({ level: 'info', title: frameTexts.setUpTotp, text: frameTexts.setUpTotpHint })
        : nothing}
      ${this.renderOutcome()}
      ${this.account === null
        ? this.problem === '' ? this.renderLoading() : this.#renderRetry()
        : this.#renderAccount(this.account)}
    </div>`;
  }

  #renderRetry(): TemplateResult {
    return html`<button type="button" class="kern-btn kern-btn--secondary" @click=${() => void this.#load()}>
      <span class="kern-label">${frameTexts.reload}</span>
    </button>`;
  }

  #renderAccount(account: OwnAccount): TemplateResult {
    return html`
      ${this.#renderPerson(account)} ${this.#renderTheme()}
      ${account.local
        ? html`<section class="kl-section" aria-labelledby="password-title">
              <h3 class="kern-heading-small" id="password-title">${texts.password}</h3>
              <kl-password-form .desk=${this.desk} .username=${account.username}></kl-password-form>
            </section>
            <kl-totp .desk=${this.desk} .account=${account}></kl-totp>`
        : html`<section class="kl-section"><p class="kern-body">${texts.elsewhere}</p></section>`}
      <kl-sessions .desk=${this.desk} .sessions=${account.sessions}></kl-sessions>
    `;
  }

  #renderPerson(account: OwnAccount): TemplateResult {
    const memberships = this.desk?.session?.memberships ?? [];
    return html`<section class="kl-section" aria-labelledby="person-title">
      <h3 class="kern-heading-small" id="person-title">${texts.person}</h3>
      <dl class="kl-description">
        <div><dt>${texts.name}</dt><dd>${account.name}</dd></div>
        <div><dt>${texts.username}</dt><dd>${account.username}</dd></div>
        <div>
          <dt>${texts.memberships}</dt>
          ${memberships.map(
            ({ office, role }) =>
              html`<dd>${this.desk?.nameOffice(office) ?? office}: ${roleTexts[role]}</dd>`,
          )}
        </div>
        <div>
          <dt>${texts.languages}</dt>
          <dd>${account.languages.map(nameLanguage).join(', ') || texts.noLanguages}</dd>
        </div>
        <div><dt>${texts.extension}</dt><dd>${account.extension ?? texts.noExtension}</dd></div>
      </dl>
      <p class="kl-small">${texts.changedBy}</p>
    </section>`;
  }

  #renderTheme(): TemplateResult {
    const chosen = this.desk?.preferences.theme ?? 'system';
    return html`<section class="kl-section">
      <fieldset class="kern-fieldset">
        <legend class="kern-heading-small">${texts.theme}</legend>
        <div class="kern-fieldset__body kl-choices">
          ${THEMES.map(
            (theme) => html`<div class="kern-form-check">
              <input
                class="kern-form-check__radio"
                type="radio"
                name="theme"
                id=${`theme-${theme}`}
                .checked=${theme === chosen}
                @change=${() => { this.#choose(theme); }}
              />
              <label class="kern-label" for=${`theme-${theme}`}>${texts.themes[theme]}</label>
            </div>`,
          )}
        </div>
      </fieldset>
    </section>`;
  }

  #choose(theme: Theme): void {
    this.desk?.setPreferences({ theme });
    showTheme(theme);
  }

  readonly #onChanged = (): void => {
    void this.#goOn();
  };

  /** With the second factor set up, everything else is open to her. */
  async #goOn(): Promise<void> {
    if (this.desk?.setup === 'totp') {
      await this.desk.resume();
    }
    await this.#load();
  }
}

customElements.define(AccountPage.tag, AccountPage);
