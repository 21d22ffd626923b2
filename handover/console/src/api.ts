/** The staff API over HTTP: one method per request, every failure an `ApiError`. */

import type {
  Answers,
  CloseReason,
  Credentials,
  Handover,
  HandoverDetail,
  HandoverPage,
  MessageEvent,
  Note,
  Office,
  Outcome,
  Preview,
  ReturnTarget,
  SearchResult,
  Session,
  SnoozeReason,
  Suggestions,
  Template,
  Transfer,
  WorkingColleague,
} from './model';

/** The server refused, or could not be reached (`network`, status 0). */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }

  /** A detail of the refusal, e.g. `by` or `until`. */
  detail(name: string): string | null {
    const value = this.details[name];
    return typeof value === 'string' ? value : null;
  }

  /** The same request may succeed later without any change. */
  get isTransient(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

const TIMEOUT_MS = 15_000;

export class StaffApi {
  constructor(
    readonly fetch: typeof globalThis.fetch = (input, init) => globalThis.fetch(input, init),
    private readonly onAnswer: (response: Response) => void = () => undefined,
    readonly base = 'api/v1',
  ) {}

  signIn(credentials: Credentials): Promise<Session> {
    return this.#request('POST', '/session', credentials);
  }

  session(): Promise<Session> {
    return this.#request('GET', '/session');
  }

  signOut(): Promise<void> {
    return this.#request('DELETE', '/session');
  }

  async offices(): Promise<readonly Office[]> {
    const answer = await this.#request<{ offices: Office[] }>('GET', '/offices');
    return answer.offices;
  }

  handovers(state: 'waiting' | 'claimed' | 'closed'): Promise<HandoverPage> {
    return this.#request('GET', `/handovers?state=${state}`);
  }

  handover(id: string): Promise<HandoverDetail> {
    return this.#request('GET', pathOf(id));
  }

  async claim(id: string): Promise<Handover> {
    return unwrap(await this.#request('POST', `${pathOf(id)}/claim`, {}));
  }

  async giveBack(id: string, to: ReturnTarget): Promise<Handover> {
    return unwrap(await this.#request('POST', `${pathOf(id)}/return`, { to }));
  }

  async close(id: string, reason: CloseReason): Promise<Handover> {
    return unwrap(await this.#request('POST', `${pathOf(id)}/close`, { reason }));
  }

  sendMessage(
    id: string,
    clientMessageId: string,
    text: string,
    answers: Answers | null = null,
  ): Promise<{ seq: number }> {
    return this.#request('POST', `${pathOf(id)}/messages`, {
      client_message_id: clientMessageId,
      text,
      ...(answers === null ? {} : { answers }),
    });
  }

  preview(id: string, text: string, answers: Answers | null = null): Promise<Preview> {
    return this.#request('POST', `${pathOf(id)}/preview`, {
      text,
      ...(answers === null ? {} : { answers }),
    });
  }

  /** The case where it is now, or null where it is no longer ours to see. */
  async transfer(id: string, to: Transfer): Promise<Handover | null> {
    const answer = await this.#request<{ handover: Handover | null }>('POST', `${pathOf(id)}/transfer`, to);
    return answer.handover;
  }

  /** `until` null ends the wait. */
  async snooze(id: string, until: string | null, reason: SnoozeReason | null): Promise<Handover> {
    return unwrap(
      await this.#request('POST', `${pathOf(id)}/snooze`, { until, ...(reason === null ? {} : { reason }) }),
    );
  }

  /** The case into which it went. */
  async merge(id: string, into: string): Promise<Handover> {
    return unwrap(await this.#request('POST', `${pathOf(id)}/merge`, { into }));
  }

  async decline(id: string): Promise<Handover> {
    return unwrap(await this.#request('POST', `${pathOf(id)}/decline`, {}));
  }

  async addNote(id: string, text: string): Promise<Note> {
    const answer = await this.#request<{ note: Note }>('POST', `${pathOf(id)}/notes`, { text });
    return answer.note;
  }

  async addAttempt(id: string, outcome: Outcome, note: string | null): Promise<Handover> {
    return unwrap(
      await this.#request('POST', `${pathOf(id)}/attempts`, {
        outcome,
        ...(note === null ? {} : { note }),
      }),
    );
  }

  markRead(id: string, seq: number): Promise<void> {
    return this.#request('POST', `${pathOf(id)}/read`, { seq });
  }

  suggestions(id: string): Promise<Suggestions> {
    return this.#request('GET', `${pathOf(id)}/suggestions`);
  }

  /** The address under which the browser downloads a file that the citizen sent. */
  attachmentAddress(id: string, attachmentId: string): string {
    return `${this.base}${pathOf(id)}/attachments/${encodeURIComponent(attachmentId)}`;
  }

  search(words: string): Promise<SearchResult> {
    return this.#request('GET', `/search?q=${encodeURIComponent(words)}`);
  }

  async colleagues(): Promise<readonly WorkingColleague[]> {
    const answer = await this.#request<{ colleagues: WorkingColleague[] }>('GET', '/colleagues');
    return answer.colleagues;
  }

  async renderAgain(id: string, seq: number): Promise<MessageEvent> {
    const answer = await this.#request<{ event: MessageEvent }>('POST', `${pathOf(id)}/rendering`, { seq });
    return answer.event;
  }

  async templates(office: string): Promise<readonly Template[]> {
    const answer = await this.#request<{ templates: Template[] }>(
      'GET',
      `/templates?office=${encodeURIComponent(office)}`,
    );
    return answer.templates;
  }

  typing(id: string): Promise<void> {
    return this.#request('POST', `${pathOf(id)}/typing`, {});
  }

  /** For pages that bring methods of their own. */
  request<T>(method: string, path: string, body?: unknown): Promise<T> {
    return this.#request(method, path, body);
  }

  async #request<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await this.#send(method, path, body);
    this.onAnswer(response);
    if (!response.ok) {
      throw await readError(response);
    }
    // A 204 has no body: its callers expect nothing.
    return (response.status === 204 ? undefined : await readJson(response)) as T;
  }

  async #send(method: string, path: string, body: unknown): Promise<Response> {
    try {
      return await this.fetch(`${this.base}${path}`, {
        method,
        credentials: 'same-origin',
        cache: 'no-store',
        signal: AbortSignal.timeout(TIMEOUT_MS),
        headers:
          body === undefined
            ? { Accept: 'application/json' }
            : { Accept: 'application/json', 'Content-Type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch {
      throw new ApiError(0, 'network', 'no answer');
    }
  }
}

function pathOf(id: string): string {
  return `/handovers/${encodeURIComponent(id)}`;
}

function unwrap(answer: { handover: Handover }): Handover {
  return answer.handover;
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    throw new ApiError(0, 'network', 'broken answer');
  }
}

/** A proxy in between may answer in its own words: then only the status counts. */
export async function readError(response: Response): Promise<ApiError> {
  let error: Record<string, unknown> = {};
  try {
    const body = (await response.json()) as { error?: unknown };
    if (typeof body.error === 'object' && body.error !== null) {
      error = body.error as Record<string, unknown>;
    }
  } catch {
    // Not JSON.
  }
  const { code, message, ...details } = error;
  return new ApiError(
    response.status,
    typeof code === 'string' ? code : `http_${String(response.status)}`,
    typeof message === 'string' ? message : '',
    details,
  );
}
