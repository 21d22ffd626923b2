/** Lists the shortcuts and lets the single-letter ones be switched off. */

import { html, type TemplateResult } from 'lit';
import { texts } from '../texts';
import { DeskElement } from './desk-element';

export class HelpDialog extends DeskElement {
  static readonly tag = 'kl-help-dialog';

  show(): void {
    const dialog = this.querySelector('dialog');
    if (dialog !== null && !dialog.open) {
      dialog.showModal();
    }
  }

  protected override render(): TemplateResult {
    return html`<dialog class="kern-dialog kl-dialog" aria-labelledby="help-title">
      <header class="kern-dialog__header">
        <h2 class="kern-title kern-title--large" id="help-title">${texts.help.title}</h2>
      </header>
      <section class="kern-dialog__body">
        <table class="kl-keys">
          <thead class="kern-sr-only">
            <tr><th scope="col">${texts.help.column.key}</th><th scope="col">${texts.help.column.effect}</th></tr>
          </thead>
          <tbody>
            ${texts.help.keys.map(
              ([key, effect]) =>
                html`<tr><th scope="row"><kbd>${key}</kbd></th><td>${effect}</td></tr>`,
            )}
          </tbody>
        </table>
        <div class="kern-form-check">
          <input
            class="kern-form-check__checkbox"
            type="checkbox"
            id="help-single"
            aria-describedby="help-single-hint"
            .checked=${this.desk?.preferences.singleKeys ?? true}
            @change=${this.#onToggle}
          />
          <label class="kern-label" for="help-single">${texts.help.single}</label>
        </div>
        <p class="kern-hint" id="help-single-hint">${texts.help.singleHint}</p>
      </section>
      <footer class="kern-dialog__footer">
        <button type="button" class="kern-btn kern-btn--primary" autofocus @click=${this.#onClose}>
          <span class="kern-label">${texts.help.close}</span>
        </button>
      </footer>
    </dialog>`;
  }

  readonly #onToggle = (event: Event): void => {
    this.desk?.setPreferences({ singleKeys: (event.target as HTMLInputElement).checked });
  };

  readonly #onClose = (): void => {
    this.querySelector('dialog')?.close();
  };
}

customElements.define(HelpDialog.tag, HelpDialog);
