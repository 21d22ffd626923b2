/** Asks before something that cannot be taken back; stays open while the server refuses. */

import { html, nothing, type TemplateResult } from 'lit';
import { describeError } from '../../errors';
import { frameTexts } from '../../pages-texts';
import { DeskElement } from '../desk-element';
import { problemLine } from '../parts';
import { endsSession, fieldProblems } from './page-element';
import { textField } from './fields';
import { PasswordField } from './password-field';

export interface Question {
  readonly title: string;
  readonly text: string;
  readonly confirm: string;
  /** What has to be given with the answer. */
  readonly field?: {
    readonly kind: 'text' | 'password' | 'new-password';
    readonly label: string;
    readonly hint?: string;
  };
  readonly act: (value: string) => Promise<void>;
  /** Own words for a refusal; the server's otherwise. */
  readonly explain?: (error: unknown) => string | undefined;
}

export class ConfirmDialog extends DeskElement {
  static readonly tag = 'kl-confirm';

  static override properties = {
    ...DeskElement.properties,
    question: { state: true },
    problem: { state: true },
    fieldProblem: { state: true },
    busy: { state: true },
  };

  declare question: Question | null;
  declare problem: string;
  declare fieldProblem: string;
  declare busy: boolean;
  #answer: (confirmed: boolean) => void = () => undefined;
  #confirmed = false;

  constructor() {
    super();
    this.question = null;
    this.problem = '';
    this.fieldProblem = '';
    this.busy = false;
  }

  /** Says whether it was done. */
  async ask(question: Question): Promise<boolean> {
    this.question = question;
    this.problem = '';
    this.fieldProblem = '';
    this.#confirmed = false;
    await this.updateComplete;
    this.querySelector('form')?.reset();
    this.querySelector('dialog')?.showModal();
    return new Promise((resolve) => {
      this.#answer = resolve;
    });
  }

  protected override render(): TemplateResult | typeof nothing {
    const { question } = this;
    if (question === null) {
      return nothing;
    }
    return html`<dialog
      class="kern-dialog kl-dialog"
      aria-labelledby="confirm-title"
      aria-describedby="confirm-text"
      @close=${this.#onClosed}
    >
      <form novalidate @submit=${this.#onSubmit}>
        <header class="kern-dialog__header">
          <h2 class="kern-title kern-title--large" id="confirm-title">${question.title}</h2>
        </header>
        <section class="kern-dialog__body">
          <p class="kern-body" id="confirm-text">${question.text}</p>
          ${question.field === undefined ? nothing : this.#renderField(question.field)}
          <div role="alert">${problemLine(this.problem)}</div>
        </section>
        <footer class="kern-dialog__footer">
          <button type="button" class="kern-btn kern-btn--secondary" ?autofocus=${question.field === undefined} @click=${this.#onCancel}>
            <span class="kern-label">${frameTexts.cancel}</span>
          </button>
          <button type="submit" class="kern-btn kern-btn--primary" aria-disabled=${this.busy ? 'true' : 'false'}>
            <span class="kern-label">${question.confirm}</span>
          </button>
        </footer>
      </form>
    </dialog>`;
  }

  #renderField(field: NonNullable<Question['field']>): TemplateResult {
    return field.kind === 'text'
      ? textField({
          id: 'confirm-field',
          label: field.label,
          ...(field.hint === undefined ? {} : { hint: field.hint }),
          problem: this.fieldProblem,
          required: true,
          maxlength: 1000,
        })
      : html`<kl-password-field
          field-id="confirm-field"
          .label=${field.label}
          .hint=${field.hint ?? ''}
          .problem=${this.fieldProblem}
          .autocomplete=${field.kind === 'password' ? 'current-password' : 'new-password'}
        ></kl-password-field>`;
  }

  readonly #onSubmit = (event: Event): void => {
    event.preventDefault();
    void this.#confirm();
  };

  async #confirm(): Promise<void> {
    const { question } = this;
    const field = this.querySelector<HTMLInputElement>('#confirm-field');
    const value = field?.value ?? '';
    if (question === null || this.busy) {
      return;
    }
    this.problem = '';
    this.fieldProblem = '';
    if (question.field !== undefined && value.trim() === '') {
      this.fieldProblem = frameTexts.required;
      field?.focus();
      return;
    }
    this.busy = true;
    try {
      await question.act(value);
      this.#confirmed = true;
      this.#close();
    } catch (error) {
      this.#refuse(error, question, field);
    } finally {
      this.busy = false;
    }
  }

  #refuse(error: unknown, question: Question, field: HTMLInputElement | null): void {
    if (endsSession(error)) {
      this.#close();
      this.desk?.noticeEndedSession(error);
      return;
    }
    const [said] = Object.values(fieldProblems(error));
    if (said !== undefined && field !== null) {
      this.fieldProblem = said;
      field.focus();
    } else {
      this.problem = question.explain?.(error) ?? describeError(error, this.desk?.now() ?? Date.now());
    }
  }

  readonly #onCancel = (): void => {
    this.#close();
  };

  #close(): void {
    this.querySelector('dialog')?.close();
  }

  /** What was typed is gone with the dialog. */
  readonly #onClosed = (): void => {
    this.querySelector<PasswordField>(PasswordField.tag)?.clear();
    this.question = null;
    this.#answer(this.#confirmed);
  };
}

customElements.define(ConfirmDialog.tag, ConfirmDialog);
