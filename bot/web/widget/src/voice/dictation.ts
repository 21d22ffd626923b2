/** Speaking instead of typing: consent once, then push to talk, and words to be checked. */

import { ApiError } from '../api';
import type { Hearing, Microphone } from './microphone';
import type { Utterance } from './utterance';

/**
 * `asking` for consent; `allowing`: the browser asks in its turn; `opening` the microphone;
 * `recording`; `recognising` what was said.
 */
export type DictationPhase = 'idle' | 'asking' | 'allowing' | 'opening' | 'recording' | 'recognising';

/** What is said about the last utterance: a text's key, or a sentence of the server. */
export interface Outcome {
  readonly kind: 'hint' | 'understood' | 'unsure' | 'problem';
  readonly key: string;
  /** The words that were understood, or the server's sentence. */
  readonly text: string;
}

export interface DictationParts {
  readonly open: (hearing: Hearing) => Promise<Microphone>;
  readonly utter: () => Utterance;
  readonly heard: (text: string) => void;
  readonly told: (error: unknown) => string;
  readonly onChange: () => void;
  readonly onGone: () => void;
  /** Longest utterance. */
  readonly limitMs: () => number;
}

/** Who holds the button for longer speaks as long as she holds it; else until it is pressed again. */
export const HOLD_MS = 400;
/** People let go with their last word. */
export const TAIL_MS = 250;
/** Below it words are rather wrong than right. */
export const UNSURE_BELOW = 0.7;

export class Dictation {
  phase: DictationPhase = 'idle';
  outcome: Outcome | null = null;
  consented = false;
  #pressedAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #microphone: Microphone | null = null;
  #utterance: Utterance | null = null;

  constructor(private readonly parts: DictationParts) {}

  /** Whether the microphone is, or is about to be, open. */
  get active(): boolean {
    return this.phase === 'opening' || this.phase === 'recording';
  }

  press(): void {
    this.#pressedAt = Date.now();
    if (this.active) {
      this.end();
    } else if (this.consented && this.phase === 'idle') {
      void this.#begin();
    }
  }

  release(): void {
    if (!this.consented) {
      // Not at the press: a key that is still held down would answer the question.
      this.#become('asking');
    } else if (this.active && Date.now() - this.#pressedAt >= HOLD_MS) {
      this.end();
    }
  }

  async agree(): Promise<void> {
    this.consented = true;
    this.#become('allowing');
    try {
      const microphone = await this.parts.open({ onSound: () => undefined, onEnded: () => undefined });
      microphone.stop();
      this.#become('idle', { kind: 'hint', key: 'speak_how', text: '' });
    } catch (error) {
      this.#fail(error);
    }
  }

  decline(): void {
    this.#become('idle');
  }

  /** Everything was said. */
  end(): void {
    if (this.phase === 'opening') {
      this.cancel(); // nothing was heard yet
      this.#become('idle', { kind: 'hint', key: 'speak_how', text: '' });
    } else if (this.phase === 'recording') {
      this.#become('recognising', this.outcome);
      this.#after(TAIL_MS, () => {
        this.#letGo();
        this.#utterance?.end();
      });
    }
  }

  /** What was said is not wanted. */
  cancel(): void {
    this.#letGo();
    this.#utterance?.cancel();
    this.#utterance = null;
    this.#become('idle');
  }

  /** Nobody looks: what is recorded is dropped. */
  hush(): void {
    if (this.active) {
      this.cancel();
    }
  }

  /** Another conversation, another consent. */
  clear(): void {
    this.cancel();
    this.consented = false;
  }

  async #begin(): Promise<void> {
    const utterance = this.parts.utter();
    this.#utterance = utterance;
    this.#become('opening');
    void this.#await(utterance);
    try {
      const microphone = await this.parts.open({
        onSound: (samples) => { utterance.send(samples); },
        onEnded: () => { this.end(); },
      });
      if (this.#utterance !== utterance) {
        microphone.stop(); // meanwhile it was taken back
        return;
      }
      this.#microphone = microphone;
      this.#become('recording');
      this.#after(this.parts.limitMs(), () => {
        this.outcome = { kind: 'hint', key: 'speak_limit', text: '' };
        this.end();
      });
    } catch (error) {
      if (this.#utterance === utterance) {
        utterance.cancel();
        this.#fail(error);
      }
    }
  }

  async #await(utterance: Utterance): Promise<void> {
    try {
      const { text, confidence } = await utterance.caption;
      if (this.#utterance === utterance) {
        this.#utterance = null;
        this.#letGo();
        this.parts.heard(text);
        const unsure = confidence < UNSURE_BELOW;
        this.#become('idle', { kind: unsure ? 'unsure' : 'understood', key: unsure ? 'speak_unsure' : 'speak_understood', text });
      }
    } catch (error) {
      if (this.#utterance === utterance) {
        this.#fail(error);
      }
    }
  }

  #fail(error: unknown): void {
    this.#letGo();
    this.#utterance = null;
    if (error instanceof ApiError && error.conversationGone) {
      this.#become('idle');
      this.parts.onGone();
      return;
    }
    this.#become('idle', { kind: 'problem', key: problemOf(error), text: this.parts.told(error) });
  }

  #letGo(): void {
    clearTimeout(this.#timer);
    this.#microphone?.stop();
    this.#microphone = null;
  }

  #after(ms: number, action: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(action, ms);
  }

  #become(phase: DictationPhase, outcome: Outcome | null = null): void {
    this.phase = phase;
    this.outcome = outcome;
    this.parts.onChange();
  }
}

function problemOf(error: unknown): string {
  switch (error instanceof DOMException ? error.name : '') {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'speak_denied';
    case 'NotFoundError':
    case 'NotReadableError':
    case 'OverconstrainedError':
      return 'speak_no_microphone';
    default:
      return 'speak_failed';
  }
}
