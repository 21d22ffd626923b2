/**
 * The staff feed: server-sent events over fetch, so that a refused session, a silent line and
 * the position to go on from are all in our hand. Reconnects until it is stopped.
 */

import { createParser } from 'eventsource-parser';
import { ApiError, readError } from './api';
import type { StaffEvent } from './model';

export type Connection = 'connecting' | 'live' | 'offline';

export interface FeedListener {
  /** Last event number that is known here. */
  position(): number;
  onEvent(event: StaffEvent): void;
  onConnection(connection: Connection): void;
  /** The session is over: the feed has stopped. */
  onUnauthorized(): void;
  /** The server no longer holds the events after our position: take a new snapshot. */
  onGap(): Promise<void>;
}

export interface FeedTiming {
  readonly firstRetryMs: number;
  readonly longestRetryMs: number;
  /** The server pings every 15 s; three missing pings mean that the line is dead. */
  readonly silenceMs: number;
}

const TIMING: FeedTiming = { firstRetryMs: 1_000, longestRetryMs: 15_000, silenceMs: 45_000 };

export class Feed {
  #stopped = true;
  #attempt: AbortController | null = null;
  #wake: (() => void) | null = null;

  constructor(
    private readonly url: string,
    private readonly listener: FeedListener,
    private readonly fetch: typeof globalThis.fetch,
    private readonly timing: FeedTiming = TIMING,
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

  /** Does not wait for the next try: the caseworker asked, or the network came back. */
  retryNow(): void {
    this.#wake?.();
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#isStopped()) {
      try {
        await this.#read(() => {
          failures = 0;
        });
      } catch (error) {
        if (this.#isStopped()) {
          return;
        }
        if (error instanceof ApiError && error.status === 401) {
          this.#stopped = true;
          this.listener.onUnauthorized();
          return;
        }
        if (error instanceof ApiError && error.status === 410) {
          await this.listener.onGap().catch(() => undefined);
        }
      }
      if (this.#isStopped()) {
        return;
      }
      this.listener.onConnection('offline');
      await this.#pause(failures);
      failures += 1;
    }
  }

  async #read(onOpen: () => void): Promise<void> {
    const attempt = new AbortController();
    this.#attempt = attempt;
    let silence = this.#watch(attempt);
    try {
      const position = String(this.listener.position());
      const response = await this.fetch(`${this.url}?after=${position}`, {
        credentials: 'same-origin',
        cache: 'no-store',
        headers: { Accept: 'text/event-stream', 'Last-Event-ID': position },
        signal: attempt.signal,
      });
      if (!response.ok) {
        throw await readError(response);
      }
      if (response.body === null) {
        return;
      }
      onOpen();
      this.listener.onConnection('live');
      const parser = createParser({ onEvent: ({ data }) => { this.#deliver(data); } });
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
        clearTimeout(silence);
        silence = this.#watch(attempt);
        parser.feed(chunk.value);
      }
    } finally {
      clearTimeout(silence);
      attempt.abort();
    }
  }

  #deliver(data: string): void {
    const event = readEvent(data);
    if (event !== null && !this.#isStopped()) {
      this.listener.onEvent(event);
    }
  }

  #watch(attempt: AbortController): ReturnType<typeof setTimeout> {
    return setTimeout(() => { attempt.abort(); }, this.timing.silenceMs);
  }

  /** Twice as long after each failure, with some spread so that not all desks return at once. */
  async #pause(failures: number): Promise<void> {
    const { firstRetryMs, longestRetryMs } = this.timing;
    const ms = Math.min(longestRetryMs, firstRetryMs * 2 ** failures) * (0.8 + Math.random() * 0.4);
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

const NUMBERED: readonly unknown[] = ['handover', 'message', 'note', 'gone'];

/** Null for what a later server may send: the numbers go on with the next event we know. */
function readEvent(data: string): StaffEvent | null {
  try {
    const event = JSON.parse(data) as { type?: unknown; seq?: unknown };
    const known =
      event.type === 'typing' || (NUMBERED.includes(event.type) && Number.isInteger(event.seq));
    return known ? (event as StaffEvent) : null;
  } catch {
    return null;
  }
}
