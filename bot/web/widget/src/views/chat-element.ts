/** Base of the views: drawn again whenever the chat changes. */

import { LitElement, type TemplateResult } from 'lit';
import type { Chat } from '../chat';

export abstract class ChatElement extends LitElement {
  static override properties = { chat: { attribute: false } };

  declare chat: Chat | undefined;
  #watched: Chat | undefined;
  readonly #redraw = (): void => {
    this.requestUpdate();
  };

  /** Into the shadow root of the whole widget: one style sheet, and labels reach their fields. */
  protected override createRenderRoot(): HTMLElement | DocumentFragment {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#watch(this.chat);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#watch(undefined);
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('chat') && this.isConnected) {
      this.#watch(this.chat);
    }
  }

  protected abstract override render(): TemplateResult | symbol;

  #watch(chat: Chat | undefined): void {
    if (chat !== this.#watched) {
      this.#watched?.removeEventListener('change', this.#redraw);
      chat?.addEventListener('change', this.#redraw);
      this.#watched = chat;
    }
  }
}
