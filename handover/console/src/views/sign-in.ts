/** The sign-in form; asks for a one-time code only when the account needs one. */

import { html, nothing, type TemplateResult } from 'lit';
import { ApiError } from '../api';
import { describeError } from '../errors';
import { texts } from '../texts';
import { DeskElement } from './desk-element';
import { alertBox } from './parts';

export class SignIn extends DeskElement {
  static readonly tag = 'kl-sign-in';

  static override properties = {
    ...DeskElement.properties,
    busy: { state: true },
    problem: { state: true },
    totpNeeded: { state: true },
  };

  declare busy: boolean;
  declare problem: string;
  declare totpNeeded: boolean;

  constructor() {
    super();
    this.busy = false;
    this.problem = '';
    this.totpNeeded = false;
  }

  protected override firstUpdated(): void {
    this.#field('username')?.focus();
  }

  protected override render(): TemplateResult {
    return html`
      <main class="kl-sign-in">
        <form class="kl-sign-in__card" novalidate @submit=${this.#submit}>
          <p class="kern-preline">${texts.app.name}</p>
          <h1 class="kern-heading-large">${texts.signIn.title}</h1>
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
          ${this.#renderField('username', texts.signIn.username, 'text', 'username')}
          ${this.#renderField('password', texts.signIn.password, 'password', 'current-password')}
          ${this.totpNeeded ? this.#renderTotp() : nothing}
          <div role="alert" id="sign-in-problem">
            ${this.problem
              ? html`<p class="kern-error">
                  <span class="kern-icon kern-icon--danger" aria-hidden="true"></span>
                  <span class="kern-body">${this.problem}</span>
                </p>`
              : nothing}
          </div>
          <button
            type="submit"
            class="kern-btn kern-btn--primary kern-btn--block"
            aria-disabled=${this.busy ? 'true' : 'false'}
          >
            <span class="kern-label">${texts.signIn.submit}</span>
          </button>
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
    const username = this.#value('username').trim();
    const password = this.#value('password');
    const totp = this.#value('totp').replaceAll(/\s/g, '');
    if (username === '' || password === '') {
      this.#refuse(texts.signIn.missing, username === '' ? 'username' : 'password');
      return;
    }
    if (this.totpNeeded && totp === '') {
      this.#refuse(texts.signIn.missingTotp, 'totp');
      return;
    }
    this.busy = true;
    this.problem = '';
    try {
      await this.desk?.signIn({ username, password, ...(totp === '' ? {} : { totp }) });
    } catch (error) {
      await this.#explain(error);
    } finally {
      this.busy = false;
    }
  }

  async #explain(error: unknown): Promise<void> {
    if (error instanceof ApiError && error.code === 'totp_required') {
      this.totpNeeded = true;
      await this.updateComplete;
      this.#field('totp')?.focus();
      return;
    }
    this.#refuse(
      describeError(error, this.desk?.now() ?? Date.now()),
      this.totpNeeded ? 'totp' : 'password',
    );
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

customElements.define(SignIn.tag, SignIn);
