/** Reading messages aloud: one at a time, and only when it is asked for. */

import { ApiError } from '../api';
import type { Player } from './player';

export type AloudPhase = 'loading' | 'playing' | 'ended' | 'failed';

/** The message that is, or was last, read aloud. */
export interface Reading {
  readonly seq: number;
  readonly phase: AloudPhase;
  /** What the server said where it failed. */
  readonly problem: string;
}

export interface AloudParts {
  readonly fetch: (seq: number, signal: AbortSignal) => Promise<Response>;
  readonly player: () => Pick<Player, 'play' | 'stop'>;
  readonly told: (error: unknown) => string;
  readonly onChange: () => void;
  readonly onGone: () => void;
}

export class Aloud {
  reading: Reading | null = null;
  #end: (() => void) | null = null;

  constructor(private readonly parts: AloudParts) {}

  /** Whether that message is being read. */
  isReading(seq: number): boolean {
    return this.#end !== null && this.reading?.seq === seq;
  }

  toggle(seq: number): void {
    const again = this.isReading(seq);
    this.stop();
    if (!again) {
      void this.#read(seq);
    }
  }

  stop(): void {
    if (this.#end !== null && this.reading !== null) {
      this.#end();
      this.#end = null;
      this.#become(this.reading.seq, 'ended');
    }
  }

  clear(): void {
    this.stop();
    this.reading = null;
  }

  async #read(seq: number): Promise<void> {
    const player = this.parts.player(); // at once: later it might not be allowed to sound
    const aborting = new AbortController();
    const end = (): void => {
      aborting.abort();
      player.stop();
    };
    this.#end = end;
    this.#become(seq, 'loading');
    try {
      const { body } = await this.parts.fetch(seq, aborting.signal);
      if (body !== null) {
        await player.play(body, () => {
          if (this.#end === end && this.reading?.phase === 'loading') {
            this.#become(seq, 'playing');
          }
        });
      }
      if (this.#end === end) {
        this.stop();
      }
    } catch (error) {
      if (this.#end === end) {
        this.#fail(seq, error);
      }
    }
  }

  #fail(seq: number, error: unknown): void {
    this.stop();
    if (error instanceof ApiError && error.conversationGone) {
      this.parts.onGone();
      return;
    }
    this.#become(seq, 'failed', this.parts.told(error));
  }

  #become(seq: number, phase: AloudPhase, problem = ''): void {
    this.reading = { seq, phase, problem };
    this.parts.onChange();
  }
}
