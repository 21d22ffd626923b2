/** What all dialogs about one case share: frame, focus, refusal of what is incomplete. */

import { html, nothing, type TemplateResult } from 'lit';
import type { Handover } from '../model';
import { texts } from '../texts';
import { DeskElement } from './desk-element';
import { problemLine } from './parts';

export interface Choice {
  readonly value: string;
  readonly label: unknown;
  readonly hint?: unknown;
  readonly disabled?: boolean;
}

export abstract class CaseDialog extends DeskElement {
  static override properties = {
    ...DeskElement.properties,
    handoverId: { state: true },
    problem: { state: true },
  };

  declare handoverId: string | null;
  /** What is still missing, in German. */
  declare problem: string;

  /** Begins the ids of this dialog's elements. */
  protected abstract readonly idBase: string;
  protected abstract readonly heading: string;
  protected abstract readonly confirm: string;

  constructor() {
    super();
    this.handoverId = null;
    this.problem = '';
  }

  async ask(handoverId: string): Promise<void> {
    this.handoverId = handoverId;
    this.problem = '';
    this.opened();
    await this.updateComplete;
    this.#dialog?.showModal();
  }

  protected abstract renderBody(handover: Handover): TemplateResult;
  /** Does it, and answers null; or says what is missing. */
  protected abstract submitted(values: FormData, handover: Handover): string | null;

  /** What has to be forgotten, or fetched, before the dialog shows. */
  protected opened(): void {
    // Most dialogs show what is known already.
  }

  /** True while there is nothing to confirm. */
  protected isIdle(): boolean {
    return false;
  }

  protected get handover(): Handover | undefined {
    return this.handoverId === null
      ? undefined
      : this.desk?.state.handovers.get(this.handoverId)?.handover;
  }

  get #dialog(): HTMLDialogElement | null {
    return this.querySelector('dialog');
  }

  protected override render(): TemplateResult | typeof nothing {
    const { handover, idBase } = this;
    if (handover === undefined) {
      return nothing;
    }
    return html`<dialog
      class="kern-dialog kl-dialog"
      aria-labelledby=${`${idBase}-title`}
      data-testid=${`${idBase}-dialog`}
      @close=${this.#onClosed}
    >
      <form @submit=${this.#onSubmit} @change=${this.#onChange} novalidate>
        <header class="kern-dialog__header">
          <h2 class="kern-title kern-title--large" id=${`${idBase}-title`}>${this.heading}</h2>
        </header>
        <section class="kern-dialog__body">
          ${this.renderBody(handover)}
          <div role="alert">${problemLine(this.problem)}</div>
        </section>
        <footer class="kern-dialog__footer">
          <button type="button" class="kern-btn kern-btn--secondary" @click=${() => { this.close(); }}>
            <span class="kern-label">${texts.dialog.cancel}</span>
          </button>
          ${this.isIdle()
            ? nothing
            : html`<button type="submit" class="kern-btn kern-btn--primary">
                <span class="kern-label">${this.confirm}</span>
              </button>`}
        </footer>
      </form>
    </dialog>`;
  }

  /** A group of radio buttons; the first takes the focus where `first` says so. */
  protected renderChoices(
    name: string,
    legend: string,
    choices: readonly Choice[],
    first = true,
  ): TemplateResult {
    return html`<fieldset class="kern-fieldset ${this.problem === '' ? '' : 'kern-fieldset--error'}">
      <legend class="kern-label">${legend}</legend>
      <div class="kern-fieldset__body">
        ${choices.map(({ value, label, hint, disabled = false }, index) => {
          const id = `${this.idBase}-${value}`;
          return html`<div>
            <div class="kern-form-check">
            <input
              class="kern-form-check__radio"
              type="radio"
              name=${name}
              id=${id}
              value=${value}
              aria-describedby=${hint === undefined ? nothing : `${id}-hint`}
              ?disabled=${disabled}
              ?autofocus=${first && index === 0}
            />
            <label class="kern-label" for=${id}>${label}</label>
            </div>
            ${hint === undefined ? nothing : html`<div class="kl-choice__hint" id=${`${id}-hint`}>${hint}</div>`}
          </div>`;
        })}
      </div>
    </fieldset>`;
  }

  /** A short text that may stay empty. */
  protected renderText(name: string, label: string, maxLength: number): TemplateResult {
    return html`<div class="kern-form-input">
      <label class="kern-label" for=${`${this.idBase}-${name}`}>${label}</label>
      <textarea
        class="kern-form-input__input kl-dialog__text"
        id=${`${this.idBase}-${name}`}
        name=${name}
        rows="2"
        maxlength=${maxLength}
      ></textarea>
    </div>`;
  }

  protected close(): void {
    this.#dialog?.close();
  }

  readonly #onChange = (): void => {
    this.problem = '';
    this.requestUpdate();
  };

  readonly #onSubmit = (event: Event): void => {
    event.preventDefault();
    const { handover } = this;
    if (handover === undefined) {
      return;
    }
    const problem = this.submitted(new FormData(event.target as HTMLFormElement), handover);
    if (problem === null) {
      this.close();
      return;
    }
    this.problem = problem;
    this.querySelector<HTMLElement>('input:not(:disabled), select')?.focus();
  };

  readonly #onClosed = (): void => {
    this.handoverId = null;
  };
}

/** A field of the form as text, without blanks around it. */
export function valueOf(values: FormData, name: string): string {
  const value = values.get(name);
  return typeof value === 'string' ? value.trim() : '';
}
