/** The conversation in order: each numbered event once, whatever came twice or out of turn. */

import type { ConversationEvent, MessageEvent, StateEvent } from './model';

export class Timeline {
  readonly #events = new Map<number, ConversationEvent>();
  #sorted: readonly ConversationEvent[] = [];
  #lastSeq = 0;

  /** Whether the event was new. */
  add(event: ConversationEvent): boolean {
    if (this.#events.has(event.seq)) {
      return false;
    }
    this.#events.set(event.seq, event);
    this.#sorted =
      event.seq > this.#lastSeq
        ? [...this.#sorted, event]
        : [...this.#events.values()].sort((one, other) => one.seq - other.seq);
    this.#lastSeq = Math.max(this.#lastSeq, event.seq);
    return true;
  }

  clear(): void {
    this.#events.clear();
    this.#sorted = [];
    this.#lastSeq = 0;
  }

  get events(): readonly ConversationEvent[] {
    return this.#sorted;
  }

  get messages(): readonly MessageEvent[] {
    return this.#sorted.filter((event): event is MessageEvent => event.type === 'message');
  }

  /** From where to go on reading. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** The last change of ownership, if there was any. */
  get lastState(): StateEvent | undefined {
    return this.#sorted.findLast((event): event is StateEvent => event.type === 'state');
  }

  /** The stored messages of the citizen, by the id that her browser gave them. */
  hasMessage(clientMessageId: string): boolean {
    return this.#sorted.some(
      (event) => event.type === 'message' && event.client_message_id === clientMessageId,
    );
  }
}
