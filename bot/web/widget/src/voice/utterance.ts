/** One utterance on its way to the server and back as words, by a WebSocket of its own. */

import { ApiError, Unreachable, type Access } from '../api';

export interface Caption {
  readonly text: string;
  /** From 0 to 1: how sure the words are. */
  readonly confidence: number;
}

type Answer =
  | ({ readonly type: 'caption' } & Caption)
  | { readonly type: 'error'; readonly code: string; readonly message: string };

/** The server's own deadline is shorter; this one is for a line that died without a word. */
const ANSWER_MS = 20_000;
const REFUSED = new Map([['unauthorized', 401]]);

export class Utterance {
  /** The words; fails with `ApiError` where the server refused, else with `Unreachable`. */
  readonly caption: Promise<Caption>;
  readonly #socket: WebSocket;
  #waiting: (string | Int16Array<ArrayBuffer>)[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #fail: (error: Error) => void = () => undefined;

  constructor(base: string, access: Access, open: (url: string) => WebSocket = (url) => new WebSocket(url)) {
    const at = `${base.replace(/^http/, 'ws')}/api/v1/conversations/${encodeURIComponent(access.id)}/listen`;
    this.#socket = open(at);
    this.#socket.binaryType = 'arraybuffer';
    this.caption = new Promise((resolve, reject) => {
      this.#fail = reject;
      this.#socket.onmessage = ({ data }: MessageEvent<string>) => {
        const answer = JSON.parse(data) as Answer;
        if (answer.type === 'caption') {
          resolve(answer);
        } else {
          reject(new ApiError(REFUSED.get(answer.code) ?? 422, answer.code, answer.message));
        }
      };
      this.#socket.onclose = () => { reject(new Unreachable()); };
    });
    this.caption.catch(() => undefined).finally(() => { this.#close(); });
    this.#socket.onopen = () => {
      const waiting = this.#waiting;
      this.#waiting = [];
      waiting.forEach((frame) => { this.#send(frame); });
    };
    // The token must not stand in an address, where servers and proxies write it down.
    this.#send(JSON.stringify({ type: 'start', token: access.token }));
  }

  send(samples: Int16Array<ArrayBuffer>): void {
    if (samples.length > 0) {
      this.#send(samples);
    }
  }

  /** Everything was said. */
  end(): void {
    this.#send(JSON.stringify({ type: 'end' }));
    this.#timer = setTimeout(() => { this.#fail(new Unreachable()); }, ANSWER_MS);
  }

  /** What was said is not wanted any more. */
  cancel(): void {
    this.#close();
  }

  #send(frame: string | Int16Array<ArrayBuffer>): void {
    if (this.#socket.readyState === WebSocket.CONNECTING) {
      this.#waiting.push(frame);
    } else {
      this.#socket.send(frame); // which passes over it where the socket is closed
    }
  }

  #close(): void {
    clearTimeout(this.#timer);
    this.#waiting = [];
    this.#socket.close();
  }
}
