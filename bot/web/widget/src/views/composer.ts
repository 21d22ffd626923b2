/** Where the citizen writes. */

import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { MAX_TEXT } from '../model';
import { attach } from './attach';
import { ChatElement } from './chat-element';
import { speak } from './speak';

const COUNT_FROM = 150;

export class Composer extends ChatElement {
  static readonly tag = 'kreislotse-composer';
  #asking = false;

  override focus(): void {
    this.querySelector('textarea')?.focus();
  }

  protected override render(): TemplateResult | typeof nothing {
    if (this.chat === undefined) {
      return nothing;
    }
    const { draft, texts } = this.chat;
    const left = MAX_TEXT - this.#length;
    return html`<form class="kl-composer" @submit=${this.#onSubmit} novalidate>
      <label class="kl-composer__label" for="kl-text">${texts.say('composer_label')}</label>
      <div class="kl-composer__row">
        <textarea
          class="kern-form-input__input kl-composer__text ${left < 0 ? 'kern-form-input__input--error' : ''}"
          id="kl-text"
          rows="2"
          dir="auto"
          autocomplete="off"
          enterkeyhint="send"
          aria-describedby="kl-hint kl-count kl-answering"
          aria-invalid=${left < 0 ? 'true' : 'false'}
          data-testid="composer"
          .value=${live(draft)}
          @input=${this.#onInput}
          @keydown=${this.#onKey}
        ></textarea>
        <button
          type="submit"
          class="kern-btn kern-btn--primary kl-send"
          aria-disabled=${this.#sendable ? 'false' : 'true'}
          data-testid="send"
        >
          <span class="kern-label">${texts.say('send')}</span>
        </button>
      </div>
      <p class="kl-hint kl-composer__hint" id="kl-hint">${texts.say('composer_hint')}</p>
      <p class="kl-count ${left < 0 ? 'kl-count--over' : ''}" id="kl-count" aria-live="polite">
        ${left < 0
          ? texts.say('count_over', { count: texts.number(-left) })
          : left <= COUNT_FROM
            ? texts.say('count_left', { count: this.#spoken(left) })
            : nothing}
      </p>
      ${speak(this.chat)} ${attach(this.chat)}
    </form>`;
  }

  /** The question comes with the focus, and gives it back. */
  protected override updated(): void {
    const asking = this.chat?.voice.dictation.phase === 'asking';
    if (asking !== this.#asking) {
      this.#asking = asking;
      this.querySelector<HTMLElement>(asking ? '#kl-speak-yes' : '#kl-speak')?.focus();
    }
  }

  /** Characters as the server counts them, which takes an emoji for one. */
  get #length(): number {
    return Array.from((this.chat?.draft ?? '').trim()).length;
  }

  get #sendable(): boolean {
    return this.#length > 0 && this.#length <= MAX_TEXT;
  }

  /** In steps of ten until it gets close, so that a screen reader does not count every letter. */
  #spoken(left: number): string {
    return this.chat?.texts.number(left > 20 ? Math.ceil(left / 10) * 10 : left) ?? '';
  }

  readonly #onInput = (event: Event): void => {
    this.chat?.write((event.target as HTMLTextAreaElement).value);
    this.requestUpdate();
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    // While a character is being composed, Enter belongs to the input method.
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.#send();
    }
  };

  readonly #onSubmit = (event: Event): void => {
    event.preventDefault();
    this.#send();
    this.focus();
  };

  #send(): void {
    if (this.chat !== undefined && this.#sendable) {
      const text = this.chat.draft.trim();
      this.chat.write('');
      this.chat.send(text);
      this.requestUpdate();
    }
  }
}
