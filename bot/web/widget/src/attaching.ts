/** One file at a time on its way to a person. */

import { ApiError } from './api';
import { newId } from './ids';
import type { AttachmentRules } from './model';
import type { Texts } from './texts';

/** `name` of the file that is being sent, and `problem` of the last one that was not. */
export interface Upload {
  readonly name: string;
  readonly problem: string;
}

const IDLE: Upload = { name: '', problem: '' };

export interface AttachingParts {
  readonly send: (file: File, id: string) => Promise<unknown>;
  /** What to say where a file is too large, or the server said nothing. */
  readonly explain: (what: 'too_large' | 'failed') => string;
  readonly told: (error: unknown) => string;
  readonly onChange: () => void;
  readonly onGone: () => void;
}

export class Attaching {
  /** What may be sent; null where nothing may, or while that is not known. */
  rules: AttachmentRules | null = null;
  upload: Upload = IDLE;
  /** The last file that did not arrive: sent again, it goes under the same id and is kept once. */
  #failed: { readonly file: File; readonly id: string } | null = null;

  constructor(private readonly parts: AttachingParts) {}

  get busy(): boolean {
    return this.upload.name !== '';
  }

  async send(file: File): Promise<void> {
    if (this.rules === null || this.busy) {
      return;
    }
    if (file.size > this.rules.limit) {
      this.#become({ name: '', problem: this.parts.explain('too_large') });
      return;
    }
    const id = this.#idOf(file);
    this.#become({ name: file.name, problem: '' });
    try {
      await this.parts.send(file, id);
      this.#failed = null;
      this.#become(IDLE);
    } catch (error) {
      if (error instanceof ApiError && error.conversationGone) {
        this.parts.onGone();
        return;
      }
      this.#failed = { file, id };
      const text = this.parts.told(error);
      this.#become({ name: '', problem: text === '' ? this.parts.explain('failed') : text });
    }
  }

  clear(): void {
    this.#failed = null;
    this.upload = IDLE;
  }

  #idOf(file: File): string {
    const { name, size, lastModified } = this.#failed?.file ?? {};
    const same = name === file.name && size === file.size && lastModified === file.lastModified;
    return same && this.#failed !== null ? this.#failed.id : newId();
  }

  #become(upload: Upload): void {
    this.upload = upload;
    this.parts.onChange();
  }
}

/** What may be sent, in words. */
export function limits(rules: AttachmentRules, texts: Texts): string {
  return texts.say('attach_limits', { size: texts.number(Math.floor(rules.limit / 100_000) / 10) });
}
