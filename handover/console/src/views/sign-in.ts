/** The ways in: name and password, a code where the account needs one, or the county's own sign-in. */

import { html, nothing, type TemplateResult } from 'lit';
import { ApiError } from '../api';
import { describeError } from '../errors';
import type { Credentials } from '../model';
import type { SignInWays } from '../pages-model';
import { signInTexts } from '../pages-texts';
import { texts } from '../texts';
import { DeskElement } from './desk-element';
import { alertBox, problemLine } from './parts';

export class SignIn extends DeskElement {
  static readonly tag = 'kl-sign-in';

  static override properties = {
    ...DeskElement.properties,
    busy: { state: true },
    problem: { state: true },
    proven: { state: true },
    ways: { state: true },
  };

  declare busy: boolean;
  declare problem: string;
  /** Name and password that were right, kept in memory until the code is right too. */
  declare proven: Credentials | null;
  declare ways: SignInWays | null;

  constructor() {
    super();
    this.busy = false;
    this.problem = '';
    this.proven = null;
    this.ways = null;
  }

  protected override firstUpdated(): void {
    this.problem = takeFailure();
    this.#field('username')?.focus();
    void this.#loadWays();
  }

  /** Without an answer the password remains as a way in. */
  async #loadWays(): Promise<void> {
    try {
      this.ways = (await this.desk?.pages.signInWays()) ?? null;
    } catch {
      this.ways = null;
    }
  }

  protected override render(): TemplateResult {
    return html`
      <main class="kl-sign-in">
        <form class="kl-sign-in__card" novalidate @submit=${this.#submit}>
          <p class="kern-preline">${texts.app.name}</p>
          <h1 class="kern-heading-large">${this.proven === null ? texts.signIn.title : signInTexts.totpTitle}</h1>
          ${this.desk?.sessionExpired
            ? alertBox({
                level: 'info',
                title: texts.signIn.expired,
                ...(this.desk.keepsDrafts ? { text: texts.signIn.expiredDrafts } : {}),
              })
            : nothing}
          ${this.desk?.signOutFailed
            ? alertBox({
                level: 'warning',
                title: texts.signIn.signOutFailed,
                text: texts.signIn.signOutFailedHint,
              })
            : nothing}
          ${this.proven === null
            ? html`${this.#renderField('username', texts.signIn.username, 'text', 'username')}
                ${this.#renderField('password', texts.signIn.password, 'password', 'current-password')}`
            : this.#renderTotp()}
          <div role="alert" id="sign-in-problem">
            ${problemLine(this.problem)}
          </div>
          <button
            type="submit"
            class="kern-btn kern-btn--primary kern-btn--block"
            aria-disabled=${this.busy ? 'true' : 'false'}
          >
            <span class="kern-label">${texts.signIn.submit}</span>
          </button>
          ${this.proven === null ? this.#renderOpenid() : this.#renderBack()}
          <p class="kern-sr-only" role="status">${this.busy ? texts.signIn.busy : ''}</p>
        </form>
      </main>
    `;
  }

  #renderField(name: string, label: string, type: string, autocomplete: string): TemplateResult {
    return html`<div class="kern-form-input">
      <label class="kern-label" for=${`sign-in-${name}`}>${label}</label>
      <input
        class="kern-form-input__input"
        id=${`sign-in-${name}`}
        name=${name}
        type=${type}
        autocomplete=${autocomplete}
        autocapitalize="none"
        spellcheck="false"
        required
        aria-describedby="sign-in-problem"
      />
    </div>`;
  }

  #renderOpenid(): TemplateResult | typeof nothing {
    return this.ways?.openid !== true
      ? nothing
      : html`<p class="kl-sign-in__or" aria-hidden="true"><span>${signInTexts.or}</span></p>
          <a class="kern-btn kern-btn--secondary kern-btn--block" href=${this.desk?.pages.link('/openid/start') ?? ''}>
            <span class="kern-label">${signInTexts.openid}</span>
          </a>
          ${this.ways.openid_name === null
            ? nothing
            : html`<p class="kl-small">${signInTexts.openidAt(this.ways.openid_name)}</p>`}`;
  }

  #renderBack(): TemplateResult {
    return html`<button type="button" class="kern-btn kern-btn--tertiary" @click=${() => void this.#back()}>
      <span class="kern-label">${signInTexts.back}</span>
    </button>`;
  }

  #renderTotp(): TemplateResult {
    return html`<div class="kern-form-input">
      <label class="kern-label" for="sign-in-totp">${texts.signIn.totp}</label>
      <div class="kern-hint" id="sign-in-totp-hint">${texts.signIn.totpHint}</div>
      <input
        class="kern-form-input__input"
        id="sign-in-totp"
        name="totp"
        type="text"
        inputmode="numeric"
        autocomplete="one-time-code"
        maxlength="10"
        required
        aria-describedby="sign-in-totp-hint sign-in-problem"
      />
    </div>`;
  }

  readonly #submit = (event: Event): void => {
    event.preventDefault();
    if (!this.busy) {
      void this.#signIn();
    }
  };

  async #signIn(): Promise<void> {
    const credentials = this.#read();
    if (credentials === null) {
      return;
    }
    this.busy = true;
    this.problem = '';
    try {
      await this.desk?.signIn(credentials);
      this.proven = null;
    } catch (error) {
      await this.#explain(error, credentials);
    } finally {
      this.busy = false;
    }
  }

  /** What was entered, or null with a word on what is missing. */
  #read(): Credentials | null {
    if (this.proven !== null) {
      const totp = this.#value('totp').replaceAll(/\s/g, '');
      if (totp === '') {
        this.#refuse(texts.signIn.missingTotp, 'totp');
        return null;
      }
      return { ...this.proven, totp };
    }
    const username = this.#value('username').trim();
    const password = this.#value('password');
    if (username === '' || password === '') {
      this.#refuse(texts.signIn.missing, username === '' ? 'username' : 'password');
      return null;
    }
    return { username, password };
  }

  async #explain(error: unknown, { username, password }: Credentials): Promise<void> {
    const code = error instanceof ApiError ? error.code : '';
    if (code === 'totp_needed') {
      this.proven = { username, password };
      await this.updateComplete;
      this.#field('totp')?.focus();
      return;
    }
    const said = describeError(error, this.desk?.now() ?? Date.now());
    if (code === 'invalid_credentials' || code === 'account_locked') {
      await this.#back();
    }
    this.#refuse(said, this.proven === null ? 'password' : 'totp');
  }

  /** The password is forgotten with the step that it opened. */
  async #back(): Promise<void> {
    this.proven = null;
    this.problem = '';
    await this.updateComplete;
    this.#field('username')?.focus();
  }

  #refuse(problem: string, field: string): void {
    this.problem = problem;
    this.#field(field)?.focus();
    this.#field(field)?.select();
  }

  #value(name: string): string {
    return this.#field(name)?.value ?? '';
  }

  #field(name: string): HTMLInputElement | null {
    return this.querySelector(`input[name="${name}"]`);
  }
}

/** Why the county's sign-in sent her back; taken out of the address, so that it is said once. */
function takeFailure(): string {
  const query = new URLSearchParams(location.search);
  const code = query.get('fehler');
  if (code === null) {
    return '';
  }
  query.delete('fehler');
  const rest = query.toString();
  history.replaceState(null, '', `${location.pathname}${rest === '' ? '' : `?${rest}`}${location.hash}`);
  return signInTexts.failed[code] ?? signInTexts.failedOtherwise;
}

customElements.define(SignIn.tag, SignIn);
