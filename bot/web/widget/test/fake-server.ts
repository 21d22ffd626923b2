/** A server in memory that speaks the public API through `fetch`, with streams under control. */

import german from 'virtual:texts';
import type { AttachmentRules, ConversationEvent, Language, MessageEvent, Office, OutgoingMessage, StateEvent, Status, VoiceOffer } from '../src/model';
import { message, state } from './builders';

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly headers: Headers;
}

export const LANGUAGES: readonly Language[] = [
  { code: 'de', name: 'Deutsch', direction: 'ltr', translated: 'source' },
  { code: 'en', name: 'English', direction: 'ltr', translated: 'full' },
  { code: 'ar', name: 'العربية', direction: 'rtl', translated: 'partial' },
];

export class FakeServer {
  readonly calls: Call[] = [];
  readonly streams = new Set<ReadableStreamDefaultController<Uint8Array>>();
  events: ConversationEvent[] = [];
  /** Nothing gets through. */
  down = false;
  /** The conversation is gone. */
  gone = false;
  /** Holds streams back as some proxies do. */
  buffering = false;
  /** The next refusals by path ending, one per call. */
  readonly refusals: { path: string; status: number; error: object; headers?: Record<string, string> }[] = [];
  open = true;
  attachments: AttachmentRules | null = null;
  voice: VoiceOffer = { listen: [], speak: [], utterance_s: 20 };
  /** How far the caseworker has read. */
  readSeq = 0;

  readonly fetch = async (input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> => {
    const url = new URL(input as string);
    const path = url.pathname.replace('/api/v1', '');
    const method = init.method ?? 'GET';
    const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : init.body;
    const headers = new Headers(init.headers);
    this.calls.push({ method, path, body, headers });
    await Promise.resolve();
    if (this.down) {
      throw new TypeError('Failed to fetch');
    }
    const refusal = this.refusals.findIndex((one) => path.endsWith(one.path));
    if (refusal >= 0) {
      const [{ status, error, headers: told }] = this.refusals.splice(refusal, 1) as [(typeof this.refusals)[number]];
      return Response.json({ error }, { status, headers: told ?? {} });
    }
    return this.#answer(method, path, url, body, headers, init.signal ?? null);
  };

  /** Adds an event and sends it to all who listen. */
  tell(event: ConversationEvent): void {
    this.events.push(event);
    this.send(`id: ${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  }

  say(text: string, fields: Partial<MessageEvent> = {}): void {
    this.tell(message(this.#nextSeq, { text, ...fields }));
  }

  change(fields: Partial<StateEvent>): void {
    this.tell(state(this.#nextSeq, fields));
  }

  send(frame: string): void {
    this.streams.forEach((stream) => { stream.enqueue(new TextEncoder().encode(frame)); });
  }

  /** Breaks all open streams. */
  cut(): void {
    this.streams.forEach((stream) => { stream.error(new TypeError('network')); });
    this.streams.clear();
  }

  called(method: string, ending: string): Call[] {
    return this.calls.filter((call) => call.method === method && call.path.endsWith(ending));
  }

  #answer(method: string, path: string, url: URL, body: unknown, headers: Headers, signal: AbortSignal | null): Response | Promise<Response> {
    if (path === '/languages') {
      return Response.json({ languages: LANGUAGES, default: 'de' });
    }
    if (path === '/status') {
      return Response.json(this.#status());
    }
    if (path.startsWith('/texts/')) {
      const language = path.slice('/texts/'.length);
      const direction = LANGUAGES.find(({ code }) => code === language)?.direction ?? 'ltr';
      return Response.json({ language, direction, texts: german });
    }
    if (path === '/conversations') {
      this.gone = false;
      this.events = [message(1, { text: 'Sie schreiben mit einem Computerprogramm.' })];
      return Response.json(
        { id: 'c1', token: 'secret', language: 'de', direction: 'ltr', state: 'bot', messages: this.events },
        { status: 201 },
      );
    }
    if (this.gone || headers.get('Authorization') !== 'Bearer secret') {
      return Response.json({ error: { code: 'unauthorized', message: 'Dieses Gespräch gibt es nicht mehr.' } }, { status: 401 });
    }
    switch (`${method} ${path.replace('/conversations/c1', '')}`) {
      case 'GET /events':
        return this.#events(Number(headers.get('Last-Event-ID') ?? url.searchParams.get('after')), headers, signal);
      case 'POST /messages':
        return Response.json({ seq: this.#store(body as OutgoingMessage) }, { status: 202 });
      case 'POST /handover':
        this.change({ state: 'waiting', text: 'Sie warten jetzt.' });
        return Response.json({ state: 'waiting' }, { status: 202 });
      case 'POST /language':
        return Response.json({ language: (body as { language: string }).language, direction: 'ltr' });
      case 'POST /close':
        this.change({ state: 'closed', text: 'Das Gespräch ist beendet.' });
        return Response.json({ state: 'closed' });
      case 'POST /attachments':
        return Response.json({ seq: this.#keep(body as FormData) }, { status: 201 });
      case 'GET ':
        return Response.json({ read_seq: this.readSeq });
      case 'GET /export':
        return Response.json({ events: this.events });
      default:
        return new Response(null, { status: 204 });
    }
  }

  #events(after: number, headers: Headers, signal: AbortSignal | null): Response | Promise<Response> {
    const missed = this.events.filter(({ seq }) => seq > after);
    if (headers.get('Accept') !== 'text/event-stream') {
      return Response.json({ events: missed });
    }
    if (this.buffering) {
      return new Promise((_, reject) => {
        signal?.addEventListener('abort', () => { reject(new DOMException('aborted', 'AbortError')); });
      });
    }
    let mine: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        mine = controller;
        this.streams.add(controller);
        missed.forEach((event) => {
          controller.enqueue(new TextEncoder().encode(`id: ${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`));
        });
        signal?.addEventListener('abort', () => {
          if (this.streams.delete(controller)) {
            controller.error(new DOMException('aborted', 'AbortError'));
          }
        });
      },
      cancel: () => {
        if (mine !== undefined) {
          this.streams.delete(mine);
        }
      },
    });
    return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });
  }

  #keep(form: FormData): number {
    const seq = this.#nextSeq;
    const { name, type, size } = form.get('file') as File;
    const id = form.get('client_message_id') as string;
    const part = { type: 'attachment' as const, id: `file-${seq}`, name, media_type: type, size };
    this.tell(message(seq, { author: 'citizen', text: name, parts: [part], client_message_id: id }));
    return seq;
  }

  #store({ client_message_id: id, text }: OutgoingMessage): number {
    const stored = this.events.find((event) => event.type === 'message' && event.client_message_id === id);
    if (stored !== undefined) {
      return stored.seq;
    }
    const seq = this.#nextSeq;
    this.tell(message(seq, { author: 'citizen', text, client_message_id: id }));
    return seq;
  }

  get #nextSeq(): number {
    return (this.events.at(-1)?.seq ?? 0) + 1;
  }

  #status(): Status {
    const office = (id: string, name: string): Office => ({
      id,
      name,
      short: name,
      operator: 'Landkreis Musterland',
      open: this.open,
      reopens_at: null,
      reopens_text: this.open ? null : 'am Montag um 08:00 Uhr',
      phone: '030 23125 110',
      kinds: this.open ? ['chat', 'callback', 'message'] : ['callback', 'message'],
      hours: ['Montag: 08:00–12:00'],
      privacy_notice: 'https://www.musterland.example/datenschutz',
    });
    return {
      now: '2026-11-23T09:00:00Z',
      county: {
        name: 'Landkreis Musterland',
        switchboard: '030 23125 100',
        website: 'https://www.musterland.example/',
        imprint: 'https://www.musterland.example/impressum',
        privacy_notice: 'https://www.musterland.example/datenschutz',
        accessibility_statement: 'https://www.musterland.example/barrierefreiheit',
      },
      offices: [office('kfz', 'Kfz-Zulassungsbehörde'), office('jc', 'Jobcenter')],
      attachments: this.attachments,
      voice: this.voice,
    };
  }
}
