/** The conversation as the widget holds it: everything that the views draw, and what they may ask. */

import { Api, ApiError, Unreachable, type Access } from './api';
import { Attaching, limits } from './attaching';
import { Outbox } from './outbox';
import type { Config } from './config';
import { newId } from './ids';
import { bestLanguage } from './languages';
import type { Author, Language, PersonRequest, StateBody, Status, StreamedEvent } from './model';
import { ReadMarks } from './reading';
import { SessionStore } from './session';
import { ConversationStream, type StreamListener } from './stream';
import { Texts } from './texts';
import { Timeline } from './timeline';
import { Voice } from './voice/voice';

/** `none`: not begun; `failed`: could not begin; `erased`: the citizen deleted it. */
export type Phase = 'none' | 'starting' | 'failed' | 'running' | 'erased';

export interface Timing {
  /** An interruption that is over sooner is not worth mentioning. */
  readonly lostMs: number;
  readonly typingMs: number;
  readonly typingEveryMs: number;
  readonly noteMs: number;
  readonly readEveryMs: number;
}

const TIMING: Timing = { lostMs: 3_000, typingMs: 8_000, typingEveryMs: 3_000, noteMs: 6_000, readEveryMs: 1_000 };

export interface ChatParts {
  readonly api?: Api;
  readonly store?: SessionStore;
  readonly stream?: (access: Access, listener: StreamListener) => Pick<ConversationStream, 'start' | 'stop' | 'retryNow'>;
  readonly wishes?: readonly string[];
  readonly timing?: Timing;
}

export class Chat extends EventTarget {
  readonly texts = new Texts();
  readonly timeline = new Timeline();
  readonly outbox: Outbox;
  readonly attaching: Attaching;
  readonly voice: Voice;

  phase: Phase = 'none';
  open = false;
  draft = '';
  /** Whether the line has been down long enough to say so. */
  interrupted = false;
  /** Who is writing now, as far as we are told. */
  typing: Author | null = null;
  /** A sentence about what just happened, such as a lost session. */
  note = '';
  unread = 0;
  /** While an old conversation is read back, nothing of it is announced. */
  restoring = false;
  rated: Readonly<Record<number, boolean>> = {};
  languages: readonly Language[] = [];
  status: Status | null = null;

  readonly #api: Api;
  readonly #marks: ReadMarks;
  readonly #store: SessionStore;
  readonly #timing: Timing;
  readonly #wishes: readonly string[];
  readonly #openStream: NonNullable<ChatParts['stream']>;
  #access: Access | null = null;
  #state: StateBody = { state: 'bot' };
  #stream: ReturnType<NonNullable<ChatParts['stream']>> | null = null;
  #lostTimer: ReturnType<typeof setTimeout> | undefined;
  #typingTimer: ReturnType<typeof setTimeout> | undefined;
  #typingToldAt = 0;
  #textsFor: string | null = null;
  #readSeq = 0;
  #offersAsked = false;
  #language: string | null = null;

  constructor(
    readonly config: Config,
    parts: ChatParts = {},
  ) {
    super();
    this.#api = parts.api ?? new Api(config.api);
    this.#store = parts.store ?? new SessionStore(config.api);
    this.#wishes = parts.wishes ?? navigator.languages;
    this.#timing = parts.timing ?? TIMING;
    this.#openStream =
      parts.stream ?? ((access, listener) => new ConversationStream(this.#api, access, listener));
    this.outbox = new Outbox({
      post: (message) =>
        // Written before the conversation has begun: it waits, as if the line were down.
        this.#access === null ? Promise.reject(new Unreachable()) : this.#api.post(this.#access, message),
      onChange: () => { this.#changed(); },
      onSent: () => { this.#expectAnswer(); },
      onGone: () => { void this.#startOver(); },
    });
    this.#marks = new ReadMarks((seq) => this.#api.markRead(this.#needAccess(), seq), this.#timing.readEveryMs);
    this.attaching = new Attaching({
      send: (file, id) => this.#api.attach(this.#needAccess(), file, id),
      explain: (what) =>
        what === 'too_large' && this.attaching.rules !== null
          ? limits(this.attaching.rules, this.texts)
          : this.texts.say('something_failed'),
      told,
      onChange: () => { this.#changed(); },
      onGone: () => { void this.#startOver(); },
    });
    this.voice = new Voice({
      api: this.#api,
      assets: config.assets,
      access: () => this.#needAccess(),
      heard: (text) => { this.write([this.draft.trim(), text].filter((part) => part !== '').join(' ')); },
      told,
      onChange: () => { this.#changed(); },
      onGone: () => { void this.#startOver(); },
    });
  }

  get state(): StateBody {
    return this.#state;
  }

  get closed(): boolean {
    return this.#state.state === 'closed';
  }

  /** Files are for people: before one is asked for and after the end nobody would take them. */
  get takesFiles(): boolean {
    return this.phase === 'running' && this.#concernsPerson && this.attaching.rules !== null;
  }

  /** Whether one may speak instead of typing. */
  get takesSpeech(): boolean {
    return this.phase === 'running' && this.voice.hears(this.#language ?? 'de');
  }

  /** The citizen's last message that the person on the other side has seen, by its number. */
  get readUpTo(): number | null {
    const own = this.timeline.messages.findLast(({ author, seq }) => author === 'citizen' && seq <= this.#readSeq);
    return own?.seq ?? null;
  }

  /** A person's message has come before the citizen's eyes. */
  see(seq: number): void {
    if (this.#access !== null) {
      this.#marks.see(seq);
    }
  }

  get #concernsPerson(): boolean {
    return this.#state.state === 'waiting' || this.#state.state === 'claimed' || this.#state.state === 'callback';
  }

  /** The office that a person would most likely be asked of. */
  get likelyOffice(): string | null {
    const service = this.timeline.messages.findLast((message) => message.service !== null)?.service;
    return this.#state.office ?? service?.split('_')[0] ?? this.config.office;
  }

  /** Takes up a conversation that this tab had before, and finds the language of the launcher. */
  async resume(): Promise<void> {
    const saved = this.#store.load();
    if (saved === null) {
      this.open = this.config.open;
      await this.#findLanguage();
      this.#changed();
      if (this.open) {
        await this.begin();
      }
      return;
    }
    this.#access = { id: saved.id, token: saved.token };
    this.open = saved.open;
    this.draft = saved.draft;
    this.rated = saved.rated;
    this.voice.dictation.consented = saved.speaks;
    this.phase = 'running';
    this.restoring = true;
    this.#changed();
    this.#language = saved.language;
    await this.#loadTexts(saved.language);
    try {
      const events = await this.#api.events(this.#access, 0);
      events.forEach((event) => { this.#take(event); });
      this.unread = 0;
    } catch (error) {
      if (error instanceof ApiError && error.conversationGone) {
        await this.#startOver();
        return;
      }
      // The stream brings the history as soon as the line is back.
    }
    saved.unsent
      .filter((message) => !this.timeline.hasMessage(message.client_message_id))
      .forEach((message) => { this.outbox.add(message); });
    this.#follow();
    this.restoring = false;
    this.loadLanguages().catch(() => undefined);
    this.#changed();
  }

  /** Begins a conversation, unless there is one. */
  async begin(): Promise<void> {
    if (this.phase === 'running' || this.phase === 'starting') {
      return;
    }
    this.phase = 'starting';
    this.timeline.clear();
    this.outbox.clear();
    this.#state = { state: 'bot' };
    this.rated = {};
    this.note = '';
    this.#changed();
    try {
      const started = await this.#api.start(this.#language);
      this.#access = { id: started.id, token: started.token };
      this.phase = 'running';
      this.#state = { state: started.state };
      started.messages.forEach((message) => { this.#take(message); });
      await this.#loadTexts(started.language);
      this.#follow();
      this.loadLanguages().catch(() => undefined);
    } catch (error) {
      this.phase = 'failed';
      this.note = told(error);
    }
    this.#changed();
  }

  show(): void {
    this.open = true;
    this.unread = 0;
    this.#changed();
    this.#learnOffers();
    void this.begin();
  }

  hide(): void {
    this.open = false;
    this.voice.hush();
    this.#changed();
  }

  /** Sends a message; `payload` is that of the button that stands for it. */
  send(text: string, payload?: string): void {
    this.note = '';
    this.outbox.add({ client_message_id: newId(), text, ...(payload === undefined ? {} : { payload }) });
    this.#stream?.retryNow();
    const chosen = /^language\/(.+)$/.exec(payload ?? '')?.[1];
    if (chosen !== undefined) {
      void this.#use(chosen);
    }
  }

  retry(id: string): void {
    this.outbox.retry(id);
  }

  discard(id: string): void {
    this.outbox.remove(id);
    this.#changed();
  }

  /** Keeps the draft over a reload, and tells a person that the citizen is writing. */
  write(draft: string): void {
    this.draft = draft;
    this.#save();
    const now = Date.now();
    if (this.#state.state === 'claimed' && now - this.#typingToldAt > this.#timing.typingEveryMs) {
      this.#typingToldAt = now;
      this.#api.typing(this.#needAccess()).catch(() => undefined);
    }
  }

  async askForPerson(wish: PersonRequest): Promise<void> {
    const state = await this.#api.requestPerson(this.#needAccess(), wish);
    // The event with a number follows; until then this is the best that we know.
    this.#state = state;
    this.#changed();
  }

  async rate(seq: number, helpful: boolean): Promise<void> {
    await this.#api.giveFeedback(this.#needAccess(), seq, helpful);
    this.rated = { ...this.rated, [seq]: helpful };
    this.#changed();
  }

  async speak(language: string): Promise<void> {
    if (this.#access !== null) {
      await this.#api.setLanguage(this.#access, language);
    }
    await this.#use(language);
  }

  /** The widget's own words in a language that the conversation goes on in. */
  async #use(language: string): Promise<void> {
    this.#language = language;
    await this.#loadTexts(language);
    this.status = null;
    this.#changed();
  }

  async close(): Promise<void> {
    this.#state = await this.#api.close(this.#needAccess());
    this.#changed();
  }

  /** Lets go of a closed conversation; on the server it stays until its time is up. */
  leave(): void {
    this.#forget('none');
  }

  async erase(): Promise<void> {
    if (this.#access !== null) {
      try {
        await this.#api.erase(this.#access);
      } catch (error) {
        if (!(error instanceof ApiError && error.conversationGone)) {
          throw error;
        }
      }
    }
    this.#forget('erased');
  }

  export(): Promise<unknown> {
    return this.#api.export(this.#needAccess());
  }

  async loadLanguages(): Promise<void> {
    if (this.languages.length === 0) {
      this.languages = await this.#api.languages();
      this.#changed();
    }
  }

  /** Offices open and close: `status` is asked for anew each time. */
  async loadStatus(): Promise<Status> {
    this.status = await this.#api.status();
    this.attaching.rules = this.status.attachments ?? null; // an older server has none
    this.voice.offer = this.status.voice ?? this.voice.offer;
    this.#changed();
    return this.status;
  }

  /** The device says that it is online again, or the tab is looked at again. */
  wake(): void {
    this.#stream?.retryNow();
    if (this.phase === 'running') {
      this.outbox.flush();
    }
  }

  /** Ends what goes on in the background; the conversation itself stays. */
  dispose(): void {
    this.#stream?.stop();
    clearTimeout(this.#lostTimer);
    clearTimeout(this.#typingTimer);
    this.#marks.clear();
    this.voice.hush();
  }

  /** The direction of a language, for words that are not in the widget's own. */
  directionOf(language: string): 'ltr' | 'rtl' | 'auto' {
    if (language === this.texts.language) {
      return this.texts.direction;
    }
    return this.languages.find(({ code }) => code === language)?.direction ?? 'auto';
  }

  #follow(): void {
    this.#stream?.stop();
    this.#stream = this.#openStream(this.#needAccess(), {
      position: () => this.timeline.lastSeq,
      onEvent: (event) => {
        this.#take(event);
        this.#changed();
      },
      onConnected: (connected) => { this.#onConnected(connected); },
      onGone: () => { void this.#startOver(); },
    });
    this.#stream.start();
    this.#learnOffers();
  }

  #take(event: StreamedEvent): void {
    switch (event.type) {
      case 'typing':
        this.#setTyping(event.author);
        return;
      case 'read':
        this.#readSeq = Math.max(this.#readSeq, event.seq);
        return;
      case 'erased':
        this.#forget('erased');
        return;
      case 'message':
      case 'state':
        break;
      default:
        return; // a kind of event that is newer than this widget
    }
    const last = this.timeline.lastSeq;
    if (!this.timeline.add(event)) {
      return;
    }
    if (event.type === 'state') {
      if (event.seq > last) {
        this.#state = event;
        this.#learnOffers();
      }
      return;
    }
    if (event.client_message_id !== null) {
      this.outbox.remove(event.client_message_id);
    }
    if (event.author === 'bot' && event.seq > last && event.language !== this.texts.language) {
      this.#followBot(event.language);
    }
    if (event.author !== 'citizen') {
      this.#setTyping(null);
      if (!this.open) {
        this.unread += 1;
      }
    }
  }

  /** Which files may be sent and what can be spoken is asked once the chat is used, not of every page that has one. */
  #learnOffers(): void {
    if (this.phase === 'running' && (this.open || this.#concernsPerson) && !this.#offersAsked) {
      this.#offersAsked = true;
      this.loadStatus().catch(() => { this.#offersAsked = false; });
    }
  }

  /** Fleeting signs that were missed are not sent again: how far one was read is asked for. */
  async #learnReading(): Promise<void> {
    if (this.#access !== null && this.#state.state !== 'bot') {
      this.#readSeq = Math.max(this.#readSeq, await this.#api.readSeq(this.#access));
      this.#changed();
    }
  }

  /** The bot took up the citizen's language; German may be all that there is of an answer. */
  #followBot(language: string): void {
    if (language !== 'de' && this.languages.some(({ code }) => code === language)) {
      void this.#use(language);
    }
  }

  #onConnected(connected: boolean): void {
    if (!connected) {
      // From the first failure on: later ones do not put the news off.
      this.#lostTimer ??= setTimeout(() => {
        this.interrupted = true;
        this.#changed();
      }, this.#timing.lostMs);
      return;
    }
    if (this.interrupted) {
      this.#mention('connection_back');
    }
    this.#reconnected();
    this.outbox.flush();
    this.#learnReading().catch(() => undefined);
    this.#changed();
  }

  /** Says something that is soon no news any more. */
  #mention(key: string): void {
    const note = this.texts.say(key);
    this.note = note;
    setTimeout(() => {
      if (this.note === note) {
        this.note = '';
        this.#changed();
      }
    }, this.#timing.noteMs);
  }

  #reconnected(): void {
    clearTimeout(this.#lostTimer);
    this.#lostTimer = undefined;
    this.interrupted = false;
  }

  /** The program answers within seconds; until then it is good to see that something happens. */
  #expectAnswer(): void {
    if (this.#state.state === 'bot' || this.#state.state === 'callback') {
      const last = this.timeline.messages.at(-1);
      if (last === undefined || last.author === 'citizen' || this.outbox.entries.length > 0) {
        this.#setTyping('bot');
      }
    }
  }

  #setTyping(author: Author | null): void {
    clearTimeout(this.#typingTimer);
    this.typing = author;
    if (author !== null) {
      this.#typingTimer = setTimeout(() => {
        this.typing = null;
        this.#changed();
      }, this.#timing.typingMs);
    }
    this.#changed();
  }

  /** The conversation is gone on the server: begin another one, and say so. */
  async #startOver(): Promise<void> {
    this.#forget('none');
    this.restoring = false;
    if (this.open) {
      await this.begin();
      this.note ||= this.texts.say('session_lost');
    }
    this.#changed();
  }

  #forget(phase: Phase): void {
    this.#stream?.stop();
    this.#stream = null;
    this.#access = null;
    this.#store.clear();
    this.timeline.clear();
    this.outbox.clear();
    this.attaching.clear();
    this.voice.clear();
    this.#marks.clear();
    this.#readSeq = 0;
    this.#setTyping(null);
    this.#state = { state: 'bot' };
    this.draft = '';
    this.rated = {};
    this.#reconnected();
    this.note = '';
    this.phase = phase;
    this.#changed();
  }

  async #findLanguage(): Promise<void> {
    let language = this.config.language;
    if (language === null && this.#wishes[0] !== undefined && !/^de\b/i.test(this.#wishes[0])) {
      await this.loadLanguages().catch(() => undefined);
      language = bestLanguage(this.#wishes, this.languages);
    }
    this.#language = language ?? 'de';
    if (this.#language === 'de') {
      // Built in: a page that merely shows the launcher asks the server for nothing.
      this.#api.language = this.#language;
    } else {
      await this.#loadTexts(this.#language);
    }
  }

  async #loadTexts(language: string): Promise<void> {
    if (this.#textsFor === language) {
      return;
    }
    this.#api.language = language;
    try {
      this.texts.use(await this.#api.texts(language));
      this.#textsFor = language;
    } catch {
      // The German words are there, and the conversation itself is in the right language.
    }
  }

  #needAccess(): Access {
    if (this.#access === null) {
      throw new Error('There is no conversation.');
    }
    return this.#access;
  }

  #changed(): void {
    this.#save();
    this.dispatchEvent(new Event('change'));
  }

  #save(): void {
    if (this.#access !== null && this.phase === 'running') {
      this.#store.save({
        ...this.#access,
        language: this.texts.language,
        open: this.open,
        draft: this.draft,
        unsent: this.outbox.unsent,
        rated: this.rated,
        speaks: this.voice.dictation.consented,
      });
    }
  }
}

/** What the server said about a refusal; empty where it said nothing. */
export function told(error: unknown): string {
  return error instanceof ApiError ? (Object.values(error.fields)[0] ?? error.message) : '';
}
