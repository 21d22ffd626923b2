/** What the catalogue would answer to the citizen's last question: to be read, and put in by hand. */

import { html, nothing, type TemplateResult } from 'lit';
import { formatDay } from '../format';
import type { Suggestion } from '../model';
import { texts } from '../texts';
import { DeskElement } from './desk-element';

export class SuggestionsPanel extends DeskElement {
  static readonly tag = 'kl-suggestions';

  static override properties = {
    ...DeskElement.properties,
    handoverId: { attribute: false },
    inserted: { state: true },
  };

  declare handoverId: string;
  /** Said to screen readers: the words went somewhere else on the page. */
  declare inserted: boolean;

  constructor() {
    super();
    this.handoverId = '';
    this.inserted = false;
  }

  /** The number of the citizen's last message: a new one asks anew, but only in an open panel. */
  get #question(): number {
    const events = this.desk?.state.conversations.get(this.handoverId)?.events ?? [];
    return events.findLast((event) => event.type === 'message' && event.author === 'citizen')?.seq ?? 0;
  }

  protected override updated(): void {
    const id = this.handoverId;
    if (this.#isOpen && id !== '' && this.desk?.state.conversations.get(id)?.loaded === true) {
      const { desk } = this;
      const question = this.#question;
      void this.updateComplete.then(() => desk.casework.suggest(id, question));
    }
  }

  get #isOpen(): boolean {
    return this.querySelector('details')?.open === true;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { desk } = this;
    if (desk === undefined) {
      return nothing;
    }
    return html`<details class="kl-suggestions" data-testid="suggestions" @toggle=${this.#onToggle}>
      <summary>${texts.suggestions.title}</summary>
      <div class="kl-suggestions__body">${this.#renderBody()}</div>
      <p class="kern-sr-only" role="status">${this.inserted ? texts.suggestions.inserted : ''}</p>
    </details>`;
  }

  #renderBody(): TemplateResult | typeof nothing {
    const state = this.desk?.casework.suggestions.get(this.handoverId);
    switch (state?.kind) {
      case undefined:
        return nothing;
      case 'asked':
        return html`<p class="kern-body" role="status">${texts.suggestions.loading}</p>`;
      case 'refused':
        return html`<p class="kern-body" role="status">${state.problem}</p>
          <button type="button" class="kl-link-button" @click=${this.#onAgain}>${texts.suggestions.again}</button>`;
      case 'shown': {
        const { question, suggestions } = state.answer;
        return html`
          ${question === null ? nothing : html`<p class="kern-hint">${texts.suggestions.question(question)}</p>`}
          ${suggestions.length === 0
            ? html`<p class="kern-body" role="status">${texts.suggestions.none}</p>`
            : html`<ul class="kl-suggestions__list">
                ${suggestions.map((suggestion) => this.#renderSuggestion(suggestion))}
              </ul>`}
        `;
      }
    }
  }

  #renderSuggestion(suggestion: Suggestion): TemplateResult {
    const { service_title, aspect, text, source, checked_on } = suggestion;
    const title = `${service_title}, ${texts.aspect[aspect] ?? aspect}`;
    return html`<li class="kl-suggestion" data-testid="suggestion">
      <p class="kl-suggestion__title">${title}</p>
      <p class="kl-side__text kl-suggestion__text" lang="de">${text}</p>
      <p class="kl-message__source">
        ${source === null ? nothing : texts.message.source(source)}${checked_on === null
          ? nothing
          : ` · ${texts.message.checkedOn(formatDay(checked_on))}`}
      </p>
      <button
        type="button"
        class="kern-btn kern-btn--secondary"
        aria-label=${texts.suggestions.insertLabel(title)}
        @click=${() => { this.#insert(suggestion); }}
      >
        <span class="kern-label">${texts.suggestions.insert}</span>
      </button>
    </li>`;
  }

  #insert(suggestion: Suggestion): void {
    const { desk, handoverId } = this;
    desk?.casework.insert(handoverId, desk.drafts.get(handoverId) ?? '', suggestion);
    this.inserted = true;
    this.dispatchEvent(new Event('suggestion-inserted', { bubbles: true }));
  }

  readonly #onToggle = (): void => {
    this.inserted = false;
    this.requestUpdate();
  };

  readonly #onAgain = (): void => {
    void this.desk?.casework.suggest(this.handoverId, this.#question, true);
  };
}

customElements.define(SuggestionsPanel.tag, SuggestionsPanel);
