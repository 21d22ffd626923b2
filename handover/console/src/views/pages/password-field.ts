/** A password that can be looked at: typing long ones blindly makes people choose short ones. */

import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { frameTexts } from '../../pages-texts';

export class PasswordField extends LitElement {
  static readonly tag = 'kl-password-field';

  static override properties = {
    fieldId: { attribute: 'field-id' },
    label: {},
    hint: {},
    problem: {},
    autocomplete: {},
    shown: { state: true },
  };

  declare fieldId: string;
  declare label: string;
  declare hint: string;
  declare problem: string;
  declare autocomplete: string;
  declare shown: boolean;

  constructor() {
    super();
    this.fieldId = '';
    this.label = '';
    this.hint = '';
    this.problem = '';
    this.autocomplete = 'current-password';
    this.shown = false;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  get input(): HTMLInputElement | null {
    return this.querySelector('input');
  }

  get value(): string {
    return this.input?.value ?? '';
  }

  clear(): void {
    this.shown = false;
    if (this.input !== null) {
      this.input.value = '';
    }
  }

  protected override render(): TemplateResult {
    const id = this.fieldId;
    const wrong = this.problem !== '';
    return html`<div class="kern-form-input ${wrong ? 'kern-form-input--error' : ''}">
      <label class="kern-label" for=${id}>${this.label}</label>
      ${this.hint === '' ? nothing : html`<div class="kern-hint" id=${`${id}-hint`}>${this.hint}</div>`}
      <div class="kl-password">
        <input
          class="kern-form-input__input"
          id=${id}
          name=${id}
          type=${this.shown ? 'text' : 'password'}
          autocomplete=${this.autocomplete}
          autocapitalize="none"
          spellcheck="false"
          required
          aria-invalid=${wrong ? 'true' : 'false'}
          aria-describedby=${`${this.hint === '' ? '' : `${id}-hint`} ${wrong ? `${id}-problem` : ''}`.trim() || nothing}
        />
        <button
          type="button"
          class="kern-btn kern-btn--tertiary kl-password__show"
          aria-label=${this.shown ? frameTexts.hidePassword(this.label) : frameTexts.showPassword(this.label)}
          @click=${() => { this.shown = !this.shown; }}
        >
          <span class="kern-icon kern-icon--${this.shown ? 'visibility-off' : 'visibility'}" aria-hidden="true"></span>
        </button>
      </div>
      ${wrong
        ? html`<p class="kern-error" id=${`${id}-problem`} role="alert">
            <span class="kern-icon kern-icon--danger" aria-hidden="true"></span>
            <span class="kern-body">${this.problem}</span>
          </p>`
        : nothing}
    </div>`;
  }
}

customElements.define(PasswordField.tag, PasswordField);
