/** Where the owner of a handover writes; the draft lives on the desk, not here. */

import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { describeError } from '../errors';
import { bareLanguageName, directionOf, isWorkingLanguage } from '../format';
import type { Preview, Template } from '../model';
import { texts } from '../texts';
import { DeskElement } from './desk-element';
import './notes';
import { problemLine } from './parts';
import './suggestions';

const MODES = ['reply', 'note'] as const;
type Mode = (typeof MODES)[number];

/** What the server takes as one message. */
const MAX_CHARACTERS = 4_000;

type PreviewState =
  | { readonly kind: 'none' }
  | { readonly kind: 'asked'; readonly draft: string }
  | { readonly kind: 'shown'; readonly draft: string; readonly preview: Preview }
  | { readonly kind: 'refused'; readonly draft: string; readonly problem: string };

export class Composer extends DeskElement {
  static readonly tag = 'kl-composer';

  static override properties = {
    ...DeskElement.properties,
    handoverId: { attribute: false },
    office: { attribute: false },
    language: { attribute: false },
    mode: { state: true },
    preview: { state: true },
    template: { state: true },
  };

  declare handoverId: string;
  declare office: string;
  /** The citizen's. */
  declare language: string;
  /** Reply and note have fields of their own: nothing slips from one into the other. */
  declare mode: Mode;
  declare preview: PreviewState;
  /** Chosen, and still without what its fields need. */
  declare template: Template | null;

  constructor() {
    super();
    this.handoverId = '';
    this.office = '';
    this.mode = 'reply';
    this.language = 'de';
    this.preview = { kind: 'none' };
    this.template = null;
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    super.willUpdate(changed);
    if (changed.has('handoverId')) {
      this.mode = 'reply';
      this.preview = { kind: 'none' };
      this.template = null;
    }
  }

  override focus(): void {
    this.querySelector('textarea')?.focus();
  }

  #toReply(): void {
    void this.updateComplete.then(() => { this.focus(); });
  }

  readonly #onModeKey = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowRight' || event.key === 'ArrowLeft') {
      event.preventDefault();
      this.mode = this.mode === 'reply' ? 'note' : 'reply';
      void this.updateComplete.then(() => {
        this.querySelector<HTMLElement>(`#composer-mode-${this.mode}`)?.focus();
      });
    }
  };

  get #draft(): string {
    return this.desk?.drafts.get(this.handoverId) ?? '';
  }

  protected override render(): TemplateResult | typeof nothing {
    if (this.desk === undefined) {
      return nothing;
    }
    return html`
      <div class="kl-modes" role="tablist" aria-label=${texts.composer.modes} @keydown=${this.#onModeKey}>
        ${MODES.map((mode) => this.#renderMode(mode))}
      </div>
      <div role="tabpanel" id="composer-panel" aria-labelledby=${`composer-mode-${this.mode}`}>
        ${this.mode === 'note'
          ? html`<kl-note-form .desk=${this.desk} .handoverId=${this.handoverId}></kl-note-form>`
          : html`<div class="kl-aids">
                <kl-suggestions
                  .desk=${this.desk}
                  .handoverId=${this.handoverId}
                  @suggestion-inserted=${() => { this.#toReply(); }}
                ></kl-suggestions>
                ${this.#renderTemplates(this.desk.casework.templatesOf(this.office))}
              </div>
              ${this.#renderReply()}`}
      </div>
    `;
  }

  #renderMode(mode: Mode): TemplateResult {
    const selected = this.mode === mode;
    return html`<button
      type="button"
      class="kl-mode kl-mode--${mode}"
      role="tab"
      id=${`composer-mode-${mode}`}
      aria-selected=${selected ? 'true' : 'false'}
      aria-controls="composer-panel"
      tabindex=${selected ? '0' : '-1'}
      @click=${() => { this.mode = mode; }}
    >
      ${mode === 'reply' ? texts.composer.modeReply : texts.composer.modeNote}
    </button>`;
  }

  #renderReply(): TemplateResult {
    const draft = this.#draft;
    const isCatalogue = this.desk?.casework.answersOf(this.handoverId, draft) != null;
    const over = draft.trim().length - MAX_CHARACTERS;
    const empty = draft.trim() === '';
    return html`<form class="kl-composer" @submit=${this.#onSubmit}>
      <div class="kern-form-input kl-composer__field">
        <label class="kern-label" for="composer-text">${texts.composer.label}</label>
        <textarea
          class="kern-form-input__input"
          id="composer-text"
          lang="de"
          rows="2"
          aria-describedby="composer-problem composer-hint"
          aria-invalid=${over > 0 ? 'true' : 'false'}
          .value=${live(draft)}
          @input=${this.#onInput}
          @keydown=${this.#onKey}
        ></textarea>
      </div>
      <div role="status" id="composer-problem">
        ${problemLine(over > 0 ? texts.composer.tooLong(over) : '')}
        ${isCatalogue
          ? html`<p class="kern-hint" data-testid="catalogue-words">${texts.composer.catalogue}</p>`
          : nothing}
        ${this.#renderPreview(draft)}
      </div>
      <div class="kl-composer__foot">
        <p class="kern-hint" id="composer-hint">${texts.composer.hint}</p>
        ${isWorkingLanguage(this.language)
          ? nothing
          : html`<button
              type="button"
              class="kern-btn kern-btn--secondary"
              data-testid="preview"
              aria-disabled=${empty || over > 0 ? 'true' : 'false'}
              @click=${this.#onPreview}
            >
              <span class="kern-label">${texts.composer.preview(bareLanguageName(this.language))}</span>
            </button>`}
        <button
          type="submit"
          class="kern-btn kern-btn--primary"
          aria-disabled=${empty || over > 0 ? 'true' : 'false'}
        >
          <span class="kern-label">${texts.composer.send}</span>
        </button>
      </div>
    </form>`;
  }

  #renderTemplates(templates: readonly Template[]): TemplateResult | typeof nothing {
    if (templates.length === 0) {
      return nothing;
    }
    const { template } = this;
    return html`<div class="kl-templates">
      <label class="kern-label" for="composer-template">${texts.composer.template}</label>
      <div class="kern-form-input__select-wrapper">
        <select id="composer-template" class="kern-form-input__select" @change=${this.#onTemplate}>
          <option value="" .selected=${template === null}>${texts.composer.templateNone}</option>
          ${templates.map(
            ({ id, text }) => html`<option value=${id} .selected=${template?.id === id}>${text}</option>`,
          )}
        </select>
      </div>
      ${template === null
        ? nothing
        : html`<form class="kl-templates__fields" @submit=${this.#onFields}>
            ${template.fields.map(
              (name) => html`<label class="kern-label" for="template-${name}">${texts.composer.templateField[name] ?? name}</label>
                <input
                  class="kern-form-input__input"
                  id="template-${name}"
                  name=${name}
                  type=${name === 'date' || name === 'time' ? name : 'text'}
                  maxlength="40"
                  required
                />`,
            )}
            <button type="submit" class="kern-btn kern-btn--secondary">
              <span class="kern-label">${texts.composer.templateInsert}</span>
            </button>
            <button type="button" class="kern-btn kern-btn--tertiary" @click=${() => { this.template = null; }}>
              <span class="kern-label">${texts.composer.templateCancel}</span>
            </button>
          </form>`}
    </div>`;
  }

  /** Only the preview of what stands there now: words that were changed since have none. */
  #renderPreview(draft: string): TemplateResult | typeof nothing {
    const { preview } = this;
    if (preview.kind === 'none' || preview.draft !== draft.trim()) {
      return nothing;
    }
    switch (preview.kind) {
      case 'asked':
        return html`<p class="kern-hint">${texts.composer.previewing}</p>`;
      case 'refused':
        return html`<p class="kern-error"><span class="kern-body">${preview.problem}</span></p>`;
      case 'shown': {
        const { text, language, by, not_translated: reason } = preview.preview;
        return html`<div class="kl-preview" data-testid="preview-text">
          <p class="kl-side__text" lang=${language} dir=${directionOf(language)}>${text}</p>
          <p class="kl-side__note">
            ${reason === null ? (by === null ? nothing : texts.message.by[by]) : texts.message.notTranslated(reason)}
          </p>
        </div>`;
      }
    }
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

  readonly #onTemplate = (event: Event): void => {
    const select = event.target as HTMLSelectElement;
    const chosen = this.desk?.casework.templatesOf(this.office).find(({ id }) => id === select.value) ?? null;
    if (chosen === null || chosen.fields.length > 0) {
      this.template = chosen;
      return;
    }
    select.value = '';
    this.#insert(chosen.text);
  };

  readonly #onFields = (event: Event): void => {
    event.preventDefault();
    const values = new FormData(event.target as HTMLFormElement);
    const text = (this.template?.text ?? '').replaceAll(/\{(\w+)\}/g, (_, name: string) =>
      fieldAsWritten(name, values.get(name)),
    );
    this.template = null;
    this.#insert(text);
  };

  readonly #onPreview = (): void => {
    const draft = this.#draft.trim();
    if (draft === '' || draft.length > MAX_CHARACTERS || this.desk === undefined) {
      return;
    }
    this.preview = { kind: 'asked', draft };
    this.desk.preview(this.handoverId, draft).then(
      (preview) => { this.preview = { kind: 'shown', draft, preview }; },
      (error: unknown) => {
        if (this.desk?.noticeEndedSession(error) !== true) {
          this.preview = { kind: 'refused', draft, problem: describeError(error, this.desk?.now() ?? 0) };
        }
      },
    );
  };

  /** Below what was written already: a template is recognised only where it stands alone. */
  #insert(text: string): void {
    const draft = this.#draft.trimEnd();
    this.desk?.saveDraft(this.handoverId, draft === '' ? text : `${draft}\n${text}`);
    this.requestUpdate();
    this.focus();
  }

  #send(): void {
    const text = this.#draft.trim();
    if (text !== '' && text.length <= MAX_CHARACTERS) {
      this.desk?.send(this.handoverId, text);
    }
    this.focus();
  }
}

/** "2026-11-30" as "30.11.2026", which every language reads. */
function fieldAsWritten(name: string, entry: FormDataEntryValue | null): string {
  const value = typeof entry === 'string' ? entry : '';
  return name === 'date' ? value.split('-').reverse().join('.') : value;
}

customElements.define(Composer.tag, Composer);
