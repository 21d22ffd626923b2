/** The second factor: set up with an app, or taken away again. */

import { html, nothing, type TemplateResult } from 'lit';
import type { NewTotp, OwnAccount } from '../../pages-model';
import { accountTexts, frameTexts } from '../../pages-texts';
import './confirm-dialog';
import { ConfirmDialog } from './confirm-dialog';
import { textField } from './fields';
import { fieldProblems, PageElement } from './page-element';

const texts = accountTexts.totp;

export class TotpSection extends PageElement {
  static readonly tag = 'kl-totp';

  static override properties = {
    ...PageElement.properties,
    account: { attribute: false },
    begun: { state: true },
    codeProblem: { state: true },
  };

  declare account: OwnAccount | null;
  /** The secret that waits for its first code; shown this once. */
  declare begun: NewTotp | null;
  declare codeProblem: string;

  constructor() {
    super();
    this.account = null;
    this.begun = null;
    this.codeProblem = '';
  }

  protected override render(): TemplateResult {
    const on = this.account?.totp ?? false;
    return html`<section class="kl-section" aria-labelledby="totp-title">
      <h3 class="kern-heading-small" id="totp-title">${texts.title}</h3>
      ${this.renderOutcome()}
      <p class="kern-body">${on ? texts.on : texts.off}</p>
      ${on ? this.#renderRemove() : this.begun === null ? this.#renderBegin() : this.#renderConfirm(this.begun)}
      <kl-confirm .desk=${this.desk}></kl-confirm>
    </section>`;
  }

  #renderBegin(): TemplateResult {
    return html`<button type="button" class="kern-btn kern-btn--secondary" @click=${this.#onBegin}>
      <span class="kern-label">${texts.begin}</span>
    </button>`;
  }

  #renderRemove(): TemplateResult | typeof nothing {
    return this.account?.totp_required === true
      ? nothing
      : html`<button type="button" class="kern-btn kern-btn--secondary" @click=${this.#onRemove}>
          <span class="kern-label">${texts.remove}</span>
        </button>`;
  }

  /** As an image, a drawing from the server can run nothing here. */
  #renderConfirm(totp: NewTotp): TemplateResult {
    return html`<form class="kl-form" novalidate @submit=${this.#onConfirm}>
      <p class="kern-body">${texts.scan}</p>
      <img
        class="kl-qr"
        width="220"
        height="220"
        alt=${texts.qr}
        src=${`data:image/svg+xml;charset=utf-8,${encodeURIComponent(totp.qr_svg)}`}
      />
      <p class="kern-body">${texts.secret}</p>
      <p class="kl-secret" data-testid="totp-secret">${inFours(totp.secret)}</p>
      ${textField({
        id: 'totp-code',
        label: texts.code,
        hint: texts.codeHint,
        problem: this.codeProblem,
        autocomplete: 'one-time-code',
        inputmode: 'numeric',
        maxlength: 12,
        required: true,
      })}
      <div class="kl-buttons">
        <button type="submit" class="kern-btn kern-btn--primary">
          <span class="kern-label">${texts.confirm}</span>
        </button>
        <button type="button" class="kern-btn kern-btn--secondary" @click=${() => { this.begun = null; }}>
          <span class="kern-label">${frameTexts.cancel}</span>
        </button>
      </div>
    </form>`;
  }

  readonly #onBegin = (): void => {
    void this.attempt(async () => {
      this.begun = (await this.desk?.pages.newTotp()) ?? null;
      this.codeProblem = '';
      await this.updateComplete;
      this.#code?.focus();
    });
  };

  readonly #onConfirm = (event: Event): void => {
    event.preventDefault();
    void this.#confirm();
  };

  async #confirm(): Promise<void> {
    const code = this.#code?.value.replaceAll(/\s/g, '') ?? '';
    this.codeProblem = code === '' ? frameTexts.required : '';
    if (code === '') {
      this.#code?.focus();
      return;
    }
    if (await this.attempt(async () => this.desk?.pages.confirmTotp(code), texts.confirmed)) {
      this.begun = null;
      this.#tell();
    }
  }

  protected override refused(error: unknown): void {
    this.codeProblem = fieldProblems(error)['code'] ?? '';
    if (this.codeProblem === '') {
      super.refused(error);
    } else {
      this.#code?.select();
    }
  }

  readonly #onRemove = (): void => {
    void this.#remove();
  };

  async #remove(): Promise<void> {
    const removed = await this.querySelector<ConfirmDialog>(ConfirmDialog.tag)?.ask({
      title: texts.remove,
      text: texts.removeText,
      confirm: texts.remove,
      field: { kind: 'password', label: texts.removePassword },
      act: async (password) => this.desk?.pages.removeTotp(password),
    });
    if (removed === true) {
      this.done = texts.removed;
      this.#tell();
    }
  }

  #tell(): void {
    this.dispatchEvent(new Event('account-changed', { bubbles: true }));
  }

  get #code(): HTMLInputElement | null {
    return this.querySelector('#totp-code');
  }
}

/** Groups of four are easier to type from the screen. */
function inFours(secret: string): string {
  return secret.match(/.{1,4}/g)?.join(' ') ?? secret;
}

customElements.define(TotpSection.tag, TotpSection);
