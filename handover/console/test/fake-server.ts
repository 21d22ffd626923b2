/**
 * A small model of the staff API behind a fake `fetch`: it numbers every change, so that the
 * feed and the snapshots can be compared, and it can be told to refuse.
 */

import type {
  AlsoWritten,
  Attachment,
  ConversationEvent,
  Found,
  Handover,
  HandoverDetail,
  MessageEvent,
  Note,
  Office,
  StaffEvent,
  Suggestion,
  Transfer,
  WorkingColleague,
} from '../src/model';
import { aHandover, aMessage, colleague, NOW, session } from './builders';

type NumberedEvent = Exclude<StaffEvent, { type: 'typing' }>;
type Refusal = readonly [status: number, error: Record<string, unknown>];

export class FakeServer {
  readonly feed: NumberedEvent[] = [];
  readonly handovers = new Map<string, Handover>();
  readonly events = new Map<string, ConversationEvent[]>();
  readonly notes = new Map<string, Note[]>();
  readonly attachments = new Map<string, Attachment[]>();
  readonly colleagues: WorkingColleague[] = [];
  readonly suggestions: Suggestion[] = [];
  readonly found: Found[] = [];
  readonly offices: Office[] = [
    { id: 'kfz', name: 'Kfz-Zulassung', short: 'Zulassung', open: true, teams: [], offer_timeout_s: 45 },
  ];
  readonly requests: { method: string; path: string; body: unknown }[] = [];
  signedIn = true;
  translates = false;
  #seq = 0;
  #refusals: { pattern: RegExp; refusal: Refusal }[] = [];

  get seq(): number {
    return this.#seq;
  }

  /** A new case, or one that comes back from an office whose cases we do not see. */
  request(id: string, change: Partial<Handover> = {}): void {
    const events = this.events.get(id) ?? [];
    this.events.set(id, events);
    const known = { notes: this.notes.get(id)?.length ?? 0, last_seq: events.length };
    this.change(id, aHandover({ id, conversation_id: `c-${id}`, ...known, ...change }));
  }

  change(id: string, change: Partial<Handover>): Handover {
    const handover = { ...(this.handovers.get(id) ?? aHandover({ id })), ...change };
    this.handovers.set(id, handover);
    this.#seq += 1;
    this.feed.push({ type: 'handover', seq: this.#seq, at: NOW, handover });
    return handover;
  }

  /** Words in the conversation of this handover; a merged one's belong to the case it went into. */
  say(id: string, change: Partial<MessageEvent>): number {
    const events = this.events.get(id) ?? [];
    const event = aMessage({ ...change, seq: events.length + 1 });
    this.events.set(id, [...events, event]);
    const handover = this.handovers.get(id) ?? aHandover({ id });
    this.handovers.set(id, {
      ...handover,
      last_seq: event.seq,
      preview: event.author === 'citizen' ? event.text : handover.preview,
    });
    this.#seq += 1;
    this.feed.push({
      type: 'message',
      seq: this.#seq,
      at: NOW,
      handover_id: handover.merged_into ?? id,
      conversation_id: handover.conversation_id,
      event,
    });
    return event.seq;
  }

  note(id: string, text: string, by = colleague.name): Note {
    const known = this.notes.get(id) ?? [];
    const note = { id: `n-${id}-${String(known.length)}`, at: NOW, by, text };
    this.notes.set(id, [...known, note]);
    const handover = this.handovers.get(id) ?? aHandover({ id });
    this.handovers.set(id, { ...handover, notes: known.length + 1 });
    this.#seq += 1;
    this.feed.push({ type: 'note', seq: this.#seq, at: NOW, handover_id: id, note, notes: known.length + 1 });
    return note;
  }

  /** Given to an office whose cases this caseworker does not see. */
  leave(id: string): void {
    this.handovers.delete(id);
    this.#seq += 1;
    this.feed.push({ type: 'gone', seq: this.#seq, at: NOW, handover_id: id });
  }

  /** The feed as the real server reads it: each handover as it is at the time of reading. */
  feedAfter(seq: number): NumberedEvent[] {
    return this.feed
      .filter((event) => event.seq > seq)
      .map((event) => {
        const id = event.type === 'handover' ? event.handover.id : event.handover_id;
        const handover = this.handovers.get(id);
        if (handover === undefined) {
          return { type: 'gone', seq: event.seq, at: event.at, handover_id: id };
        }
        switch (event.type) {
          case 'handover':
            return { ...event, handover };
          case 'note':
            return { ...event, notes: handover.notes };
          case 'message':
          case 'gone':
            return event;
        }
      });
  }

  detail(id: string): HandoverDetail {
    const merged = [...this.handovers.values()].filter(({ merged_into }) => merged_into === id);
    const also = merged.map(
      (other): AlsoWritten => ({
        conversation_id: other.conversation_id,
        language: other.language,
        events: this.events.get(other.id) ?? [],
      }),
    );
    return {
      handover: this.handovers.get(id) ?? aHandover({ id }),
      events: this.events.get(id) ?? [],
      also,
      notes: [id, ...merged.map((other) => other.id)].flatMap((key) => this.notes.get(key) ?? []),
      attachments: this.attachments.get(id) ?? [],
      seq: this.#seq,
      machine_translation: this.translates,
    };
  }

  page(state: string): { handovers: Handover[]; seq: number } {
    const states = state === 'closed' ? ['closed', 'returned', 'withdrawn', 'merged'] : [state];
    const handovers = [...this.handovers.values()].filter((h) => states.includes(h.state));
    return { handovers, seq: this.#seq };
  }

  /** The next request whose "METHOD path" matches is refused. */
  refuse(pattern: RegExp, status: number, error: Record<string, unknown> = {}): void {
    this.#refusals.push({ pattern, refusal: [status, error] });
  }

  readonly fetch = (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const address = input instanceof Request ? input.url : input.toString();
    const path = address.replace(/^api\/v1/, '');
    const method = init.method ?? 'GET';
    const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : null;
    this.requests.push({ method, path, body });
    const refused = this.#refusals.find(({ pattern }) => pattern.test(`${method} ${path}`));
    if (refused !== undefined) {
      this.#refusals = this.#refusals.filter((other) => other !== refused);
      const [status, error] = refused.refusal;
      return status === 0
        ? Promise.reject(new TypeError('Failed to fetch'))
        : Promise.resolve(json(status, { error }));
    }
    return Promise.resolve(this.#answer(method, path, body));
  };

  #answer(method: string, path: string, body: unknown): Response {
    if (path === '/session' && method === 'POST') {
      this.signedIn = true;
    }
    if (!this.signedIn) {
      return json(401, { error: { code: 'unauthorized', message: 'Bitte anmelden.' } });
    }
    if (path === '/session') {
      return method === 'DELETE' ? new Response(null, { status: 204 }) : json(200, session);
    }
    if (path.startsWith('/templates')) {
      return json(200, {
        templates: [{ id: 'appointment', text: 'Ihr Termin ist am {date} um {time} Uhr.', fields: ['date', 'time'] }],
      });
    }
    if (path === '/offices') {
      return json(200, { offices: this.offices });
    }
    if (path === '/colleagues') {
      return json(200, { colleagues: this.colleagues });
    }
    if (path.startsWith('/search?')) {
      return json(200, { found: this.found, more: false });
    }
    if (path.startsWith('/handovers?')) {
      return json(200, this.page(path.split('state=')[1] ?? ''));
    }
    const [, , id = '', action = ''] = path.split('/');
    return this.handovers.has(id)
      ? this.#act(id, action, body)
      : json(404, { error: { code: 'not_found', message: '' } });
  }

  #act(id: string, action: string, body: unknown): Response {
    switch (action) {
      case '':
        return json(200, this.detail(id));
      case 'preview': {
        const { text } = body as { text: string };
        return json(200, { text: `«${text}»`, language: 'uk', german: text, by: 'machine', not_translated: null });
      }
      case 'rendering': {
        const { seq } = body as { seq: number };
        const event = this.events.get(id)?.find((known) => known.seq === seq) as MessageEvent;
        return json(200, { event: { ...event, text: 'Anders gesagt' } });
      }
      case 'suggestions':
        return json(200, { question: 'Was kostet das?', suggestions: this.suggestions });
      case 'notes':
        return json(201, { note: this.note(id, (body as { text: string }).text, session.name) });
      case 'snooze': {
        const { until, reason } = body as { until: string | null; reason?: Handover['snooze_reason'] };
        return json(200, { handover: this.change(id, { snoozed_until: until, snooze_reason: reason ?? null }) });
      }
      case 'attempts':
        return json(200, { handover: this.#try(id, body as Pick<Handover['attempts'][number], 'outcome'>) });
      case 'decline':
        return json(200, { handover: this.change(id, { offered_at: '1970-01-01T00:00:00Z' }) });
      case 'merge':
        return json(200, { handover: this.#merge(id, (body as { into: string }).into) });
      case 'transfer':
        return json(200, { handover: this.#transfer(id, body as Transfer) });
      case 'claim':
        return this.#claim(id);
      case 'messages':
        return json(202, { seq: this.#reply(id, body as { client_message_id: string; text: string }) });
      case 'close':
        return json(200, { handover: this.change(id, { state: 'closed', closed_at: NOW }) });
      case 'return':
        return json(200, {
          handover: this.change(id, { state: 'waiting', claimed_by: null, claimed_at: null }),
        });
      default:
        return new Response(null, { status: 204 });
    }
  }

  #try(id: string, attempt: { outcome: Handover['attempts'][number]['outcome']; note?: string }): Handover {
    const attempts = this.handovers.get(id)?.attempts ?? [];
    return this.change(id, {
      attempts: [...attempts, { note: null, ...attempt, at: NOW, by: session.name }],
    });
  }

  #merge(id: string, into: string): Handover {
    this.change(id, { state: 'merged', merged_into: into, claimed_by: null, closed_at: NOW });
    return this.change(into, {});
  }

  /** Nobody here sees the cases of the registry office. */
  #transfer(id: string, to: Transfer): Handover | null {
    if (to.office === 'standesamt') {
      this.leave(id);
      return null;
    }
    return to.caseworker === undefined
      ? this.change(id, { state: 'waiting', claimed_by: null, team: to.team ?? null })
      : this.change(id, { state: 'claimed', claimed_by: colleague });
  }

  #claim(id: string): Response {
    const owner = this.handovers.get(id)?.claimed_by;
    if (owner != null) {
      return json(409, { error: { code: 'already_claimed', message: 'Vergeben.', by: owner.name } });
    }
    const claimed_by = { username: session.username, name: session.name };
    return json(200, { handover: this.change(id, { state: 'claimed', claimed_by, claimed_at: NOW }) });
  }

  claimForColleague(id: string): void {
    this.change(id, { state: 'claimed', claimed_by: colleague, claimed_at: NOW });
  }

  #reply(id: string, message: { client_message_id: string; text: string }): number {
    // Like the real server: the writer's id stands before the client's.
    const key = `7:${message.client_message_id}`;
    const known = this.events
      .get(id)
      ?.find((event) => event.type === 'message' && event.client_message_id === key);
    return (
      known?.seq ??
      this.say(id, { author: 'caseworker', name: session.name, text: message.text, client_message_id: key })
    );
  }
}

function json(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'application/json' },
  });
}
