/**
 * What the citizen has written and the server has not confirmed, in order, one at a time.
 *
 * A message keeps its id through every try, so that the server stores it once however often it
 * arrives. What the network lost is sent again on its own; what the server refused is not.
 */

import { ApiError, Unreachable } from './api';
import { pauseMs, type Backoff } from './backoff';
import type { OutgoingMessage } from './model';

export type Delivery = 'sending' | 'queued' | 'failed' | 'sent';

export interface Entry {
  readonly message: OutgoingMessage;
  readonly delivery: Delivery;
  /** Why the server refused it, in the citizen's words; empty where it said nothing. */
  readonly problem: string;
}

export interface OutboxHooks {
  post(message: OutgoingMessage): Promise<unknown>;
  onChange(): void;
  onSent(): void;
  onGone(): void;
}

const TIMING: Backoff = { firstMs: 1_000, longestMs: 30_000 };

export class Outbox {
  #entries: Entry[] = [];
  #failures = 0;
  #busy = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly hooks: OutboxHooks,
    private readonly timing: Backoff = TIMING,
  ) {}

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** What a reload must not lose. */
  get unsent(): readonly OutgoingMessage[] {
    return this.#entries.filter((entry) => entry.delivery !== 'sent').map((entry) => entry.message);
  }

  add(message: OutgoingMessage): void {
    this.#entries.push({ message, delivery: 'queued', problem: '' });
    this.flush();
  }

  /** Tries at once whatever is waiting, for instance because the line is back. */
  flush(): void {
    clearTimeout(this.#timer);
    void this.#sendNext();
  }

  retry(id: string): void {
    this.#set(id, 'queued');
    this.flush();
  }

  /** Forgets a message: it has arrived as an event, or the citizen gave it up. */
  remove(id: string): void {
    this.#entries = this.#entries.filter((entry) => entry.message.client_message_id !== id);
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#entries = [];
  }

  async #sendNext(): Promise<void> {
    const next = this.#entries.find((entry) => entry.delivery === 'queued');
    if (this.#busy || next === undefined) {
      return;
    }
    const id = next.message.client_message_id;
    this.#busy = true;
    this.#set(id, 'sending');
    try {
      await this.hooks.post(next.message);
      this.#failures = 0;
      this.#set(id, 'sent');
      this.hooks.onSent();
    } catch (error) {
      this.#onFailure(id, error);
    } finally {
      this.#busy = false;
    }
    if (this.#failures === 0) {
      await this.#sendNext();
    }
  }

  #onFailure(id: string, error: unknown): void {
    if (error instanceof ApiError && error.conversationGone) {
      this.clear();
      this.hooks.onGone();
    } else if (error instanceof Unreachable || (error instanceof ApiError && error.passing)) {
      this.#failures += 1;
      this.#set(id, 'queued');
      const asked = error instanceof ApiError ? error.retryAfterMs : null;
      this.#timer = setTimeout(() => { this.flush(); }, asked ?? pauseMs(this.#failures, this.timing));
    } else {
      this.#failures = 0;
      const told = error instanceof ApiError ? (error.fields['text'] ?? error.message) : '';
      this.#set(id, 'failed', told);
    }
  }

  #set(id: string, delivery: Delivery, problem = ''): void {
    this.#entries = this.#entries.map((entry) =>
      entry.message.client_message_id === id ? { ...entry, delivery, problem } : entry,
    );
    this.hooks.onChange();
  }
}
