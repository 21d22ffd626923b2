/**
 * Follows a conversation: server-sent events read by fetch (an EventSource cannot send the
 * token), reconnecting from the last number until it is stopped. Where a proxy holds streams
 * back, it asks for lists instead.
 */

import { createParser } from 'eventsource-parser';
import { ApiError, type Access, type Api } from './api';
import { pauseMs, type Backoff } from './backoff';
import type { StreamedEvent } from './model';

export interface StreamListener {
  /** The last number that is known here. */
  position(): number;
  onEvent(event: StreamedEvent): void;
  /** Everything that was missed has been asked for, or the line is down. */
  onConnected(connected: boolean): void;
  /** The conversation is not ours any more; the stream has stopped. */
  onGone(): void;
}

export interface StreamTiming extends Backoff {
  /** The server pings every 15 s: after more than two missing pings the line is dead. */
  readonly silenceMs: number;
  /** How often lists are asked for where streams do not get through. */
  readonly pollMs: number;
}

const TIMING: StreamTiming = { firstMs: 500, longestMs: 20_000, silenceMs: 40_000, pollMs: 3_000 };
const SILENT_STREAMS_BEFORE_POLLING = 2;

export class ConversationStream {
  #stopped = true;
  #attempt: AbortController | null = null;
  #wake: (() => void) | null = null;
  #failures = 0;
  #silentStreams = 0;

  constructor(
    private readonly api: Api,
    private readonly access: Access,
    private readonly listener: StreamListener,
    private readonly timing: StreamTiming = TIMING,
  ) {}

  start(): void {
    if (this.#stopped) {
      this.#stopped = false;
      void this.#run();
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#attempt?.abort();
    this.#wake?.();
  }

  /** Does not wait for the next try: the network is back, or the citizen has just done something. */
  retryNow(): void {
    this.#wake?.();
  }

  async #run(): Promise<void> {
    while (!this.#isStopped()) {
      try {
        if (this.#silentStreams >= SILENT_STREAMS_BEFORE_POLLING) {
          await this.#poll();
        } else {
          await this.#read();
        }
      } catch (error) {
        if (this.#isStopped()) {
          return;
        }
        if (error instanceof ApiError && error.conversationGone) {
          this.stop();
          this.listener.onGone();
          return;
        }
      }
      if (this.#isStopped()) {
        return;
      }
      this.#failures += 1;
      this.listener.onConnected(false);
      await this.#pause(pauseMs(this.#failures, this.timing));
    }
  }

  async #read(): Promise<void> {
    const attempt = new AbortController();
    this.#attempt = attempt;
    let heard = false;
    let silence = this.#watch(attempt);
    try {
      const response = await this.api.stream(this.access, this.listener.position(), attempt.signal);
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
      const parser = createParser({ onEvent: ({ event, data }) => { this.#deliver(event, data); } });
      // The server answers at once, also where there is nothing to tell.
      this.#connected();
      for (let chunk = await reader?.read(); chunk?.done === false; chunk = await reader?.read()) {
        heard = true;
        this.#failures = 0;
        clearTimeout(silence);
        silence = this.#watch(attempt);
        parser.feed(chunk.value);
      }
    } finally {
      clearTimeout(silence);
      const timedOut = attempt.signal.aborted;
      attempt.abort();
      this.#silentStreams = heard || !timedOut ? 0 : this.#silentStreams + 1;
    }
  }

  async #poll(): Promise<void> {
    while (!this.#isStopped()) {
      const events = await this.api.events(this.access, this.listener.position());
      this.#failures = 0;
      this.#connected();
      events.forEach((event) => { this.listener.onEvent(event); });
      await this.#pause(this.timing.pollMs);
    }
  }

  #connected(): void {
    if (!this.#isStopped()) {
      this.listener.onConnected(true);
    }
  }

  #deliver(name: string | undefined, data: string): void {
    let event: StreamedEvent;
    try {
      event = name === 'erased' ? { type: 'erased' } : (JSON.parse(data) as StreamedEvent);
    } catch {
      return;
    }
    if (!this.#isStopped()) {
      this.listener.onEvent(event);
    }
  }

  #watch(attempt: AbortController): ReturnType<typeof setTimeout> {
    return setTimeout(() => { attempt.abort(); }, this.timing.silenceMs);
  }

  async #pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = null;
  }

  /** A method, because `stop` may change the answer during any await. */
  #isStopped(): boolean {
    return this.#stopped;
  }
}
