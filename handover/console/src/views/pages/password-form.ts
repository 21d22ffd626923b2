/** Changes one's own password; used in the account's page and for the password given by others. */

import { html, type TemplateResult } from 'lit';
import { frameTexts, passwordTexts } from '../../pages-texts';
import { fieldProblems, PageElement } from './page-element';
import { PasswordField } from './password-field';

export class PasswordForm extends PageElement {
  static readonly tag = 'kl-password-form';

  static override properties = {
    ...PageElement.properties,
    problems: { state: true },
    submitLabel: { attribute: false },
    username: { attribute: false },
  };

  declare problems: Readonly<Record<string, string>>;
  declare submitLabel: string;
  /** For the browser's password manager. */
  declare username: string;

  constructor() {
    super();
    this.problems = {};
    this.submitLabel = passwordTexts.change;
    this.username = '';
  }

  protected override render(): TemplateResult {
    return html`<form class="kl-form" novalidate @submit=${this.#onSubmit}>
      <input type="text" name="username" autocomplete="username" .value=${this.username} readonly hidden />
      <kl-password-field
        field-id="password-current"
        .label=${passwordTexts.current}
        .problem=${this.problems['current'] ?? ''}
        .autocomplete=${'current-password'}
      ></kl-password-field>
      <kl-password-field
        field-id="password-new"
        .label=${passwordTexts.next}
        .hint=${passwordTexts.rules}
        .problem=${this.problems['new'] ?? ''}
        .autocomplete=${'new-password'}
      ></kl-password-field>
      ${this.renderOutcome()}
      <button type="submit" class="kern-btn kern-btn--primary" aria-disabled=${this.busy ? 'true' : 'false'}>
        <span class="kern-label">${this.submitLabel}</span>
      </button>
    </form>`;
  }

  readonly #onSubmit = (event: Event): void => {
    event.preventDefault();
    void this.#change();
  };

  async #change(): Promise<void> {
    const [current, next] = this.querySelectorAll<PasswordField>(PasswordField.tag);
    if (current === undefined || next === undefined) {
      return;
    }
    this.problems = {
      ...(current.value === '' ? { current: frameTexts.required } : {}),
      ...(next.value === '' ? { new: frameTexts.required } : {}),
    };
    if (Object.keys(this.problems).length > 0) {
      this.#focusFirstProblem();
      return;
    }
    const changed = await this.attempt(
      async () => this.desk?.pages.changePassword(current.value, next.value),
      passwordTexts.changed,
    );
    if (changed) {
      current.clear();
      next.clear();
      this.dispatchEvent(new Event('password-changed', { bubbles: true }));
    }
  }

  protected override refused(error: unknown): void {
    this.problems = fieldProblems(error);
    if (Object.keys(this.problems).length === 0) {
      super.refused(error);
      return;
    }
    this.#focusFirstProblem();
  }

  #focusFirstProblem(): void {
    this.querySelector<HTMLInputElement>(
      this.problems['current'] === undefined ? '#password-new' : '#password-current',
    )?.focus();
  }
}

customElements.define(PasswordForm.tag, PasswordForm);
