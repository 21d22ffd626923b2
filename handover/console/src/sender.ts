/** Sends replies one after another and repeats what got lost, under the same message id. */

import { ApiError, type StaffApi } from './api';
import { describeError } from './errors';
import type { Answers } from './model';
import { outboxOf, type Action, type DeskState, type OutgoingMessage } from './store';

/** What the sender needs from the desk. */
export interface SendingDesk {
  readonly state: DeskState;
  now(): number;
  apply(action: Action): void;
  /** True if the error says that the session is over. */
  noticeEndedSession(error: unknown): boolean;
}

export interface SendingTools {
  readonly api: StaffApi;
  readonly newId: () => string;
  readonly pause: (ms: number) => Promise<void>;
}

/** A message is repeated by itself this often; its id keeps it from doubling. */
const PAUSES_MS = [1_000, 3_000, 8_000] as const;

export class Sender {
  readonly #flushing = new Set<string>();

  constructor(
    private readonly desk: SendingDesk,
    private readonly tools: SendingTools,
  ) {}

  /** `answers` where the words are the catalogue's own. */
  send(id: string, text: string, answers: Answers | null = null): void {
    const message = {
      clientMessageId: this.tools.newId(),
      text,
      answers,
      at: new Date(this.desk.now()).toISOString(),
      status: 'queued',
      seq: null,
      problem: null,
    } as const;
    this.desk.apply({ type: 'message_queued', id, message });
    void this.flush(id);
  }

  retry(id: string, clientMessageId: string): void {
    this.#change(id, clientMessageId, { status: 'queued', problem: null });
    void this.flush(id);
  }

  discard(id: string, clientMessageId: string): void {
    this.desk.apply({ type: 'message_discarded', id, clientMessageId });
  }

  flushAll(): void {
    for (const id of this.desk.state.outbox.keys()) {
      void this.flush(id);
    }
  }

  /** In the order of writing: a message that failed holds back those after it. */
  async flush(id: string): Promise<void> {
    if (this.#flushing.has(id)) {
      return;
    }
    this.#flushing.add(id);
    try {
      for (;;) {
        const next = outboxOf(this.desk.state, id).find((m) => m.status !== 'accepted');
        if (next?.status !== 'queued' || !(await this.#deliver(id, next))) {
          return;
        }
      }
    } finally {
      this.#flushing.delete(id);
    }
  }

  /** Returns false when the rest of the outbox has to wait. */
  async #deliver(id: string, message: OutgoingMessage): Promise<boolean> {
    const { clientMessageId, text, answers } = message;
    this.#change(id, clientMessageId, { status: 'sending' });
    for (let attempt = 0; this.#isWanted(id, clientMessageId); attempt += 1) {
      try {
        const { seq } = await this.tools.api.sendMessage(id, clientMessageId, text, answers);
        this.#change(id, clientMessageId, { status: 'accepted', seq });
        return true;
      } catch (error) {
        if (this.desk.noticeEndedSession(error)) {
          this.#change(id, clientMessageId, { status: 'queued' });
          return false;
        }
        const pauseMs = PAUSES_MS[attempt];
        if (!(error instanceof ApiError && error.isTransient) || pauseMs === undefined) {
          const problem = describeError(error, this.desk.now());
          this.#change(id, clientMessageId, { status: 'failed', problem });
          return false;
        }
        await this.tools.pause(pauseMs);
      }
    }
    return true;
  }

  /** The feed may have shown it meanwhile, or its writer has signed out. */
  #isWanted(id: string, clientMessageId: string): boolean {
    return outboxOf(this.desk.state, id).some((m) => m.clientMessageId === clientMessageId);
  }

  #change(
    id: string,
    clientMessageId: string,
    change: Extract<Action, { type: 'message_changed' }>['change'],
  ): void {
    this.desk.apply({ type: 'message_changed', id, clientMessageId, change });
  }
}
