/**
 * What a reload must find again: the conversation's id and token, what is not sent yet, the draft.
 *
 * Kept in `sessionStorage`: it survives reloads and the way from page to page, but is gone when
 * the tab is closed. In libraries and job centres several people use one computer; the next one
 * must not find the conversation of the one before. Kept under the address of the API, so that
 * two widgets on one site do not mix.
 */

import type { OutgoingMessage } from './model';

export interface Session {
  readonly id: string;
  readonly token: string;
  readonly language: string;
  readonly open: boolean;
  readonly draft: string;
  readonly unsent: readonly OutgoingMessage[];
  /** Which messages were rated, and how. */
  readonly rated: Readonly<Record<number, boolean>>;
  /** Whether she agreed to speak to the chat. */
  readonly speaks: boolean;
}

export class SessionStore {
  readonly #key: string;

  constructor(
    api: string,
    private readonly storage: Storage | null = browserStorage(),
  ) {
    this.#key = `kreislotse:${api}`;
  }

  load(): Session | null {
    try {
      const saved = JSON.parse(this.storage?.getItem(this.#key) ?? 'null') as Partial<Session> | null;
      if (typeof saved?.id !== 'string' || typeof saved.token !== 'string') {
        return null;
      }
      return {
        id: saved.id,
        token: saved.token,
        language: saved.language ?? 'de',
        open: saved.open === true,
        draft: saved.draft ?? '',
        unsent: Array.isArray(saved.unsent) ? saved.unsent : [],
        rated: saved.rated ?? {},
        speaks: saved.speaks === true,
      };
    } catch {
      return null;
    }
  }

  save(session: Session): void {
    try {
      this.storage?.setItem(this.#key, JSON.stringify(session));
    } catch {
      // Storage full or forbidden: the conversation works, a reload begins a new one.
    }
  }

  clear(): void {
    try {
      this.storage?.removeItem(this.#key);
    } catch {
      // As above.
    }
  }
}

/** Reading the property alone throws where a browser forbids storage. */
function browserStorage(): Storage | null {
  try {
    return globalThis.sessionStorage;
  } catch {
    return null;
  }
}
