/** Asks why a case is closed. */

import { html, nothing, type TemplateResult } from 'lit';
import type { CloseReason } from '../model';
import { texts } from '../texts';
import { DeskElement } from './desk-element';

const REASONS: readonly CloseReason[] = ['resolved', 'no_answer', 'wrong_office', 'abuse', 'other'];

export class CloseDialog extends DeskElement {
  static readonly tag = 'kl-close-dialog';

  static override properties = {
    ...DeskElement.properties,
    handoverId: { state: true },
    reasonMissing: { state: true },
  };

  declare handoverId: string | null;
  declare reasonMissing: boolean;

  constructor() {
    super();
    this.handoverId = null;
    this.reasonMissing = false;
  }

  async ask(handoverId: string): Promise<void> {
    this.handoverId = handoverId;
    this.reasonMissing = false;
    await this.updateComplete;
    this.querySelector('form')?.reset();
    this.#dialog?.showModal();
  }

  get #dialog(): HTMLDialogElement | null {
    return this.querySelector('dialog');
  }

  protected override render(): TemplateResult | typeof nothing {
    if (this.handoverId === null) {
      return nothing;
    }
    return html`<dialog class="kern-dialog kl-dialog" aria-labelledby="close-title" @close=${this.#onClosed}>
      <form @submit=${this.#onSubmit} novalidate>
        <header class="kern-dialog__header">
          <h2 class="kern-title kern-title--large" id="close-title">${texts.closeDialog.title}</h2>
        </header>
        <section class="kern-dialog__body">
          <fieldset class="kern-fieldset ${this.reasonMissing ? 'kern-fieldset--error' : ''}">
            <legend class="kern-label">${texts.closeDialog.legend}</legend>
            <div class="kern-fieldset__body">
              ${REASONS.map(
                (reason, index) => html`<div class="kern-form-check">
                  <input
                    class="kern-form-check__radio"
                    type="radio"
                    name="reason"
                    id=${`close-${reason}`}
                    value=${reason}
                    ?autofocus=${index === 0}
                    @change=${() => {
                      this.reasonMissing = false;
                    }}
                  />
                  <label class="kern-label" for=${`close-${reason}`}>${texts.closeReason[reason]}</label>
                </div>`,
              )}
            </div>
            <div role="alert">
              ${this.reasonMissing
                ? html`<p class="kern-error">
                    <span class="kern-icon kern-icon--danger" aria-hidden="true"></span>
                    <span class="kern-body">${texts.closeDialog.missing}</span>
                  </p>`
                : nothing}
            </div>
          </fieldset>
        </section>
        <footer class="kern-dialog__footer">
          <button type="button" class="kern-btn kern-btn--secondary" @click=${() => this.#dialog?.close()}>
            <span class="kern-label">${texts.closeDialog.cancel}</span>
          </button>
          <button type="submit" class="kern-btn kern-btn--primary">
            <span class="kern-label">${texts.closeDialog.confirm}</span>
          </button>
        </footer>
      </form>
    </dialog>`;
  }

  readonly #onSubmit = (event: Event): void => {
    event.preventDefault();
    const chosen = this.querySelector<HTMLInputElement>('input[name="reason"]:checked');
    if (chosen === null) {
      this.reasonMissing = true;
      this.querySelector<HTMLInputElement>('input[name="reason"]')?.focus();
      return;
    }
    const id = this.handoverId;
    this.#dialog?.close();
    if (id !== null) {
      void this.desk?.close(id, chosen.value as CloseReason);
    }
  };

  readonly #onClosed = (): void => {
    this.handoverId = null;
  };
}

customElements.define(CloseDialog.tag, CloseDialog);
