/** Where the owner of a handover writes; the draft lives on the desk, not here. */

import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { texts } from '../texts';
import { DeskElement } from './desk-element';

/** What the server takes as one message. */
const MAX_CHARACTERS = 4_000;

export class Composer extends DeskElement {
  static readonly tag = 'kl-composer';

  static override properties = { ...DeskElement.properties, handoverId: { attribute: false } };

  declare handoverId: string;

  constructor() {
    super();
    this.handoverId = '';
  }

  override focus(): void {
    this.querySelector('textarea')?.focus();
  }

  protected override render(): TemplateResult | typeof nothing {
    if (this.desk === undefined) {
      return nothing;
    }
    const draft = this.desk.drafts.get(this.handoverId) ?? '';
    const over = draft.trim().length - MAX_CHARACTERS;
    return html`<form class="kl-composer" @submit=${this.#onSubmit}>
      <div class="kern-form-input kl-composer__field">
        <label class="kern-label" for="composer-text">${texts.composer.label}</label>
        <textarea
          class="kern-form-input__input"
          id="composer-text"
          lang="de"
          rows="3"
          aria-describedby="composer-problem composer-hint"
          aria-invalid=${over > 0 ? 'true' : 'false'}
          .value=${live(draft)}
          @input=${this.#onInput}
          @keydown=${this.#onKey}
        ></textarea>
      </div>
      <div role="status" id="composer-problem">
        ${over > 0
          ? html`<p class="kern-error">
              <span class="kern-icon kern-icon--danger" aria-hidden="true"></span>
              <span class="kern-body">${texts.composer.tooLong(over)}</span>
            </p>`
          : nothing}
      </div>
      <div class="kl-composer__foot">
        <p class="kern-hint" id="composer-hint">${texts.composer.hint}</p>
        <button
          type="submit"
          class="kern-btn kern-btn--primary"
          aria-disabled=${draft.trim() === '' || over > 0 ? 'true' : 'false'}
        >
          <span class="kern-label">${texts.composer.send}</span>
        </button>
      </div>
    </form>`;
  }

  readonly #onInput = (event: Event): void => {
    this.desk?.saveDraft(this.handoverId, (event.target as HTMLTextAreaElement).value);
    this.requestUpdate();
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !event.isComposing) {
      event.preventDefault();
      this.#send();
    }
  };

  readonly #onSubmit = (event: Event): void => {
    event.preventDefault();
    this.#send();
  };

  #send(): void {
    const text = (this.desk?.drafts.get(this.handoverId) ?? '').trim();
    if (text !== '' && text.length <= MAX_CHARACTERS) {
      this.desk?.send(this.handoverId, text);
    }
    this.focus();
  }
}

customElements.define(Composer.tag, Composer);
