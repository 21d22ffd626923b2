/** Looks for words in the cases of one's own offices, ended ones too. */

import { html, nothing, type TemplateResult } from 'lit';
import { describeError } from '../errors';
import { formatTime, nameChannel, nameLanguage, nameTopic } from '../format';
import type { Found, SearchResult } from '../model';
import { handoverHash } from '../route';
import { texts } from '../texts';
import { DeskElement } from './desk-element';
import { badge, problemLine } from './parts';

const MIN_CHARACTERS = 2;
const MAX_CHARACTERS = 100;

type Search =
  | { readonly kind: 'none' }
  | { readonly kind: 'asked' }
  | { readonly kind: 'shown'; readonly words: string; readonly result: SearchResult }
  | { readonly kind: 'refused'; readonly problem: string };

export class SearchPage extends DeskElement {
  static readonly tag = 'kl-search';

  static override properties = { ...DeskElement.properties, search: { state: true } };

  declare search: Search;
  #asked = 0;

  constructor() {
    super();
    this.search = { kind: 'none' };
  }

  protected override firstUpdated(): void {
    this.#field?.focus();
  }

  get #field(): HTMLInputElement | null {
    return this.querySelector('#search-words');
  }

  protected override render(): TemplateResult {
    return html`<section class="kl-search" aria-labelledby="search-title">
      <h2 class="kern-heading-medium" id="search-title">${texts.search.title}</h2>
      <form class="kl-search__form" role="search" novalidate @submit=${this.#onSubmit}>
        <div class="kern-form-input">
          <label class="kern-label" for="search-words">${texts.search.label}</label>
          <p class="kern-hint" id="search-hint">${texts.search.hint}</p>
          <input
            class="kern-form-input__input"
            id="search-words"
            type="search"
            name="q"
            maxlength=${MAX_CHARACTERS}
            autocomplete="off"
            aria-describedby="search-hint search-problem"
          />
        </div>
        <button type="submit" class="kern-btn kern-btn--primary">
          <span class="kern-icon kern-icon--search" aria-hidden="true"></span>
          <span class="kern-label">${texts.search.submit}</span>
        </button>
      </form>
      <div role="alert" id="search-problem">
        ${problemLine(this.search.kind === 'refused' ? this.search.problem : '')}
      </div>
      <p class="kern-body" role="status" data-testid="search-status">${this.#status()}</p>
      ${this.search.kind === 'shown' && this.search.result.found.length > 0
        ? this.#renderResults(this.search.result, this.search.words)
        : nothing}
    </section>`;
  }

  #status(): string {
    switch (this.search.kind) {
      case 'none':
      case 'refused':
        return '';
      case 'asked':
        return texts.search.busy;
      case 'shown': {
        const { found, more } = this.search.result;
        if (found.length === 0) {
          return texts.search.none(this.search.words);
        }
        return more ? `${texts.search.found(found.length)} ${texts.search.more}` : texts.search.found(found.length);
      }
    }
  }

  #renderResults({ found }: SearchResult, words: string): TemplateResult {
    return html`<ol class="kl-search__results" aria-label=${texts.search.results}>
      ${found.map((one) => html`<li>${this.#renderFound(one, words)}</li>`)}
    </ol>`;
  }

  #renderFound({ handover, excerpt }: Found, words: string): TemplateResult {
    const now = this.desk?.now() ?? Date.now();
    return html`<a class="kl-found" href=${handoverHash(handover.id)} data-testid="found" data-handover-id=${handover.id}>
      <span class="kl-row__line">
        <span class="kl-row__topic">${nameTopic(handover)}</span>
        ${badge('info', texts.state[handover.state])}
      </span>
      <span class="kl-row__facts">
        <span>${this.desk?.nameOffice(handover.office) ?? handover.office}</span>
        <span>${nameChannel(handover.channel)}</span>
        <span>${nameLanguage(handover.language)}</span>
        <span>${formatTime(handover.requested_at, now)}</span>
      </span>
      ${excerpt === null ? nothing : html`<span class="kl-found__excerpt" dir="auto">${marked(excerpt, words)}</span>`}
    </a>`;
  }

  readonly #onSubmit = (event: Event): void => {
    event.preventDefault();
    const words = (this.#field?.value ?? '').trim();
    if (words.length < MIN_CHARACTERS) {
      this.search = { kind: 'refused', problem: texts.search.tooShort };
      this.#field?.focus();
      return;
    }
    void this.#ask(words);
  };

  /** The answer to an earlier question may come late: only the last one counts. */
  async #ask(words: string): Promise<void> {
    const { desk } = this;
    this.#asked += 1;
    const turn = this.#asked;
    this.search = { kind: 'asked' };
    let next: Search;
    try {
      const result = await desk?.casework.search(words);
      next = result === undefined ? { kind: 'none' } : { kind: 'shown', words, result };
    } catch (error) {
      next = desk?.noticeEndedSession(error)
        ? { kind: 'none' }
        : { kind: 'refused', problem: describeError(error, desk?.now() ?? 0) };
    }
    if (turn === this.#asked) {
      this.search = next;
    }
  }
}

/** The excerpt with every place marked that shows the words; as text, never as markup. */
export function marked(excerpt: string, words: string): readonly unknown[] {
  const literal = words.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  // Splitting by a group keeps what it caught, at every odd place.
  return excerpt
    .split(new RegExp(`(${literal})`, 'giu'))
    .map((piece, index) => (index % 2 === 1 ? html`<mark>${piece}</mark>` : piece));
}

customElements.define(SearchPage.tag, SearchPage);
