/** The public API over HTTP. The token travels in a header and never in an address. */

import type {
  ConversationEvent,
  Direction,
  Language,
  OutgoingMessage,
  PersonRequest,
  Started,
  StateBody,
  Status,
  WidgetTexts,
} from './model';

/** The server refused; `message` is in the citizen's language, and may be empty. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: Readonly<Record<string, string>> = {},
    readonly retryAfterMs: number | null = null,
  ) {
    super(message);
  }

  /** The conversation was erased or has expired, or never was ours. */
  get conversationGone(): boolean {
    return this.status === 401 || this.status === 404;
  }

  /** Trying again the same way may well succeed. */
  get passing(): boolean {
    return this.status === 429 || this.status >= 500;
  }
}

/** The server was not reached at all. */
export class Unreachable extends Error {}

export interface Access {
  readonly id: string;
  readonly token: string;
}

const REQUEST_MS = 20_000;
/** A large photo over a slow line. */
const UPLOAD_MS = 300_000;

export class Api {
  /** In which language errors are told where no conversation says so. */
  language = '';

  constructor(
    readonly base: string,
    private readonly fetch: typeof globalThis.fetch = (...args) => globalThis.fetch(...args),
  ) {}

  start(language: string | null): Promise<Started> {
    return this.#json('POST', '/conversations', { body: { channel: 'web', ...(language === null ? {} : { language }) } });
  }

  post(access: Access, message: OutgoingMessage): Promise<{ seq: number }> {
    return this.#json('POST', '/messages', { access, body: message });
  }

  /** How far the person on the other side has read. */
  async readSeq(access: Access): Promise<number> {
    return (await this.#json<{ read_seq: number }>('GET', '', { access })).read_seq;
  }

  async markRead(access: Access, seq: number): Promise<void> {
    await this.#send('POST', '/read', { access, body: { seq } });
  }

  async attach(access: Access, file: File, id: string): Promise<void> {
    const body = new FormData();
    body.append('client_message_id', id);
    body.append('file', file, file.name);
    await this.#send('POST', '/attachments', { access, body, signal: AbortSignal.timeout(UPLOAD_MS) });
  }

  async events(access: Access, after: number): Promise<readonly ConversationEvent[]> {
    const answer = await this.#json<{ events: readonly ConversationEvent[] }>('GET', `/events?after=${after}`, { access });
    return answer.events;
  }

  /** The open stream; reading it is the caller's business. */
  async stream(access: Access, after: number, signal: AbortSignal): Promise<Response> {
    return this.#send('GET', `/events?after=${after}`, {
      access,
      signal,
      headers: { Accept: 'text/event-stream', 'Last-Event-ID': String(after) },
    });
  }

  requestPerson(access: Access, wish: PersonRequest): Promise<StateBody> {
    return this.#json('POST', '/handover', { access, body: wish });
  }

  setLanguage(access: Access, language: string): Promise<{ language: string; direction: Direction }> {
    return this.#json('POST', '/language', { access, body: { language } });
  }

  async giveFeedback(access: Access, seq: number, helpful: boolean): Promise<void> {
    await this.#send('POST', '/feedback', { access, body: { seq, helpful } });
  }

  close(access: Access): Promise<StateBody> {
    return this.#json('POST', '/close', { access, body: {} });
  }

  export(access: Access): Promise<unknown> {
    return this.#json('GET', '/export', { access });
  }

  async erase(access: Access): Promise<void> {
    await this.#send('DELETE', '', { access });
  }

  /** A message as sound that is still being spoken; reading it is the caller's business. */
  async speech(access: Access, seq: number, signal: AbortSignal): Promise<Response> {
    return this.#send('POST', '/speech', { access, body: { seq }, signal, headers: { Accept: 'audio/wav' } });
  }

  async typing(access: Access): Promise<void> {
    await this.#send('POST', '/typing', { access, body: {} });
  }

  async languages(): Promise<readonly Language[]> {
    return (await this.#json<{ languages: readonly Language[] }>('GET', '/languages')).languages;
  }

  status(): Promise<Status> {
    return this.#json('GET', '/status');
  }

  texts(language: string): Promise<WidgetTexts> {
    return this.#json('GET', `/texts/${encodeURIComponent(language)}`);
  }

  async #json<T>(method: string, path: string, options: Options = {}): Promise<T> {
    const response = await this.#send(method, path, options);
    try {
      return (await response.json()) as T;
    } catch {
      throw new Unreachable();
    }
  }

  async #send(method: string, path: string, options: Options): Promise<Response> {
    const { access, body } = options;
    const headers: Record<string, string> = { Accept: 'application/json', ...options.headers };
    if (this.language !== '') {
      headers['Accept-Language'] = this.language;
    }
    if (access !== undefined) {
      headers['Authorization'] = `Bearer ${access.token}`;
    }
    const form = body instanceof FormData; // the browser names its boundary itself
    if (body !== undefined && !form) {
      headers['Content-Type'] = 'application/json';
    }
    const one = access === undefined ? '' : `/conversations/${encodeURIComponent(access.id)}`;
    let response: Response;
    try {
      response = await this.fetch(`${this.base}/api/v1${one}${path}`, {
        method,
        headers,
        credentials: 'omit',
        cache: access === undefined && method === 'GET' ? 'default' : 'no-store',
        signal: options.signal ?? AbortSignal.timeout(REQUEST_MS),
        ...(body === undefined ? {} : { body: form ? body : JSON.stringify(body) }),
      });
    } catch {
      throw new Unreachable();
    }
    if (!response.ok) {
      throw await refusal(response);
    }
    return response;
  }
}

interface Options {
  readonly access?: Access;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

async function refusal(response: Response): Promise<ApiError> {
  const seconds = Number(response.headers.get('Retry-After') ?? Number.NaN);
  let told: { code?: string; message?: string; fields?: Record<string, string> } = {};
  try {
    told = ((await response.json()) as { error?: typeof told }).error ?? {};
  } catch {
    // A proxy answered in our server's place, and not in JSON.
  }
  return new ApiError(
    response.status,
    told.code ?? 'unknown',
    told.message ?? '',
    told.fields,
    Number.isFinite(seconds) ? seconds * 1000 : null,
  );
}
