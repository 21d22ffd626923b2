/** Internal notes: how one looks, and where one is written. Never to be mistaken for a reply. */

import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { formatTime } from '../format';
import type { Note } from '../model';
import { texts } from '../texts';
import { DeskElement } from './desk-element';

/** What the server takes as one note. */
const MAX_CHARACTERS = 4_000;

export function renderNote(note: Note, now: number): TemplateResult {
  return html`<li class="kl-note" data-testid="note" data-note-id=${note.id}>
    <p class="kl-message__head">
      <span class="kl-message__author">${texts.note.title}: ${note.by}</span>
      <time datetime=${note.at}>${formatTime(note.at, now)}</time>
    </p>
    <p class="kl-side__text" lang="de">${note.text}</p>
  </li>`;
}

export class NoteForm extends DeskElement {
  static readonly tag = 'kl-note-form';

  static override properties = { ...DeskElement.properties, handoverId: { attribute: false } };

  declare handoverId: string;

  constructor() {
    super();
    this.handoverId = '';
  }

  override focus(): void {
    this.querySelector('textarea')?.focus();
  }

  get #draft(): string {
    return this.desk?.casework.noteDrafts.get(this.handoverId) ?? '';
  }

  get #isReady(): boolean {
    const length = this.#draft.trim().length;
    return length > 0 && length <= MAX_CHARACTERS && this.desk?.busy.has(this.handoverId) === false;
  }

  protected override render(): TemplateResult {
    const draft = this.#draft;
    const over = draft.trim().length - MAX_CHARACTERS;
    return html`<form class="kl-note-form" data-testid="note-form" @submit=${this.#onSubmit}>
      <div class="kern-form-input kl-composer__field">
        <label class="kern-label" for="note-text">${texts.note.label}</label>
        <p class="kern-hint" id="note-hint">${texts.note.hint}</p>
        <textarea
          class="kern-form-input__input"
          id="note-text"
          lang="de"
          rows="3"
          aria-describedby="note-hint note-problem"
          aria-invalid=${over > 0 ? 'true' : 'false'}
          .value=${live(draft)}
          @input=${this.#onInput}
          @keydown=${this.#onKey}
        ></textarea>
      </div>
      <div role="status" id="note-problem">
        ${over > 0
          ? html`<p class="kern-error"><span class="kern-body">${texts.composer.tooLong(over)}</span></p>`
          : nothing}
      </div>
      <div class="kl-composer__foot">
        <button
          type="submit"
          class="kern-btn kern-btn--secondary"
          aria-disabled=${this.#isReady ? 'false' : 'true'}
        >
          <span class="kern-label">${texts.note.save}</span>
        </button>
      </div>
    </form>`;
  }

  readonly #onInput = (event: Event): void => {
    this.desk?.casework.saveNoteDraft(this.handoverId, (event.target as HTMLTextAreaElement).value);
    this.requestUpdate();
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !event.isComposing) {
      event.preventDefault();
      this.#save();
    }
  };

  readonly #onSubmit = (event: Event): void => {
    event.preventDefault();
    this.#save();
  };

  #save(): void {
    if (this.#isReady) {
      void this.desk?.casework.addNote(this.handoverId, this.#draft.trim());
    }
    this.focus();
  }
}

customElements.define(NoteForm.tag, NoteForm);
