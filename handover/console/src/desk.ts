/**
 * The caseworker's desk: holds the state, talks to the server and tells the views when to
 * draw again. All decisions about state are the reducer's.
 */

import { ApiError, StaffApi } from './api';
import { ServerClock } from './clock';
import { describeError } from './errors';
import { Feed, type Connection, type FeedListener } from './feed';
import type {
  CloseReason,
  Credentials,
  Handover,
  Office,
  Preview,
  ReturnTarget,
  Session,
  StaffEvent,
  Template,
} from './model';
import { isOwnedBy } from './model';
import { loadPreferences, savePreferences, type Preferences } from './preferences';
import { tabOf, type Tab } from './queue';
import { forgetReading, loadReading, saveReading } from './reading';
import { Sender, type SendingTools } from './sender';
import { initialState, isBehind, reduce, type Action, type DeskState } from './store';
import { texts } from './texts';

export type Phase = 'starting' | 'signed_out' | 'ready';

/** A sentence shown above a conversation. */
export interface Notice {
  readonly level: 'info' | 'success' | 'warning' | 'danger';
  readonly title: string;
  readonly text?: string;
}

/** What just happened, for the title, the tone and the live region. */
export interface Announcement {
  readonly kind: 'new_case' | 'new_message';
  readonly handover: Handover;
}

export interface DeskTools extends SendingTools {
  readonly clock: ServerClock;
  readonly openFeed: (listener: FeedListener) => Pick<Feed, 'start' | 'stop' | 'retryNow'>;
}

/** How long a typing sign stays without a new one, and how often we send our own. */
const TYPING_SHOWN_MS = 6_000;
const TYPING_SENT_MS = 3_000;
const START_PAUSE_MS = 3_000;
/** Good news needs no answer and leaves by itself. */
const SUCCESS_SHOWN_MS = 6_000;
/** A reconnection shorter than this is not worth a banner. */
const OFFLINE_SHOWN_AFTER_MS = 1_500;

export class Desk extends EventTarget {
  state: DeskState = initialState;
  phase: Phase = 'starting';
  session: Session | null = null;
  /** Why the first request has not been answered yet. */
  startProblem: string | null = null;
  /** True when the server may not know that the caseworker has left. */
  signOutFailed = false;
  connection: Connection = 'connecting';
  offices: readonly Office[] = [];
  templates: readonly Template[] = [];
  preferences: Preferences = loadPreferences();
  /** The handover on the right, from the address. */
  openId: string | null = null;
  tab: Tab = 'waiting';
  office: string | null = null;
  /** Handovers with a request under way, so that no button is pressed twice. */
  readonly busy = new Set<string>();
  readonly notices = new Map<string, Notice>();
  readonly loadProblems = new Map<string, string>();
  /** Unsent words per handover: in memory only, so that a lost session does not lose them. */
  readonly drafts = new Map<string, string>();
  readonly #typingUntil = new Map<string, number>();
  readonly #sender: Sender;
  #typingSentAt = 0;
  #feed: ReturnType<DeskTools['openFeed']> | null = null;
  #offlineTimer: ReturnType<typeof setTimeout> | undefined;
  #draftsOf: string | null = null;

  constructor(private readonly tools: DeskTools) {
    super();
    this.#sender = new Sender(this, tools);
  }

  static connect(): Desk {
    const clock = new ServerClock();
    const api = new StaffApi(undefined, (answer) => {
      clock.estimate(answer.headers.get('date'));
    });
    return new Desk({
      api,
      clock,
      openFeed: (listener) => new Feed(`${api.base}/events`, listener, api.fetch),
      newId: () => crypto.randomUUID(),
      pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    });
  }

  now(): number {
    return this.tools.clock.now();
  }

  // --- session

  /** Goes on with a session that the browser still holds, or asks to sign in. */
  async resume(): Promise<void> {
    for (;;) {
      try {
        await this.#enter(await this.tools.api.session());
        return;
      } catch (error) {
        if (!(error instanceof ApiError && error.isTransient)) {
          this.#toSignIn();
          return;
        }
        // A restarting server is no reason to ask for the password again.
        this.startProblem = describeError(error, this.now());
        this.#changed();
        await this.tools.pause(START_PAUSE_MS);
      }
    }
  }

  /** Throws the server's refusal: the sign-in form shows it. */
  async signIn(credentials: Credentials): Promise<void> {
    await this.#enter(await this.tools.api.signIn(credentials));
  }

  /** Leaves nothing of any citizen behind on this computer. */
  async signOut(): Promise<void> {
    this.#toSignIn();
    this.drafts.clear();
    this.#draftsOf = null;
    forgetReading();
    this.state = initialState;
    this.#changed();
    try {
      await this.tools.api.signOut();
    } catch (error) {
      // The browser still holds the session: on a shared computer she has to know.
      this.signOutFailed = !(error instanceof ApiError && error.status === 401);
      this.#changed();
    }
  }

  /** True while drafts of an expired session wait for their writer. */
  get keepsDrafts(): boolean {
    return this.#draftsOf !== null && [...this.drafts.values()].some((text) => text.trim() !== '');
  }

  get sessionExpired(): boolean {
    return this.#draftsOf !== null;
  }

  async #enter(session: Session): Promise<void> {
    if (this.#draftsOf !== session.username) {
      this.drafts.clear();
      this.state = { ...initialState, readUpTo: loadReading() };
    }
    this.session = session;
    this.signOutFailed = false;
    this.#draftsOf = null;
    await this.#takeSnapshot();
    this.phase = 'ready';
    this.#changed();
    this.#feed = this.tools.openFeed(this.#listener());
    this.#feed.start();
    void this.#loadOffices();
    void this.#loadTemplates();
    this.#loadOwn();
    this.#reloadAll();
    this.open(this.openId);
    this.#sender.flushAll();
  }

  #toSignIn(): void {
    this.#feed?.stop();
    this.#feed = null;
    this.#forgetOffline();
    this.session = null;
    this.phase = 'signed_out';
    this.connection = 'connecting';
    this.notices.clear();
    this.loadProblems.clear();
    this.busy.clear();
    this.#changed();
  }

  /** Any request may meet an ended session; what was typed stays for the same caseworker. */
  #sessionEnded(): void {
    if (this.session !== null) {
      this.#draftsOf = this.session.username;
      this.#toSignIn();
    }
  }

  // --- snapshot and feed

  async #takeSnapshot(): Promise<void> {
    const { api } = this.tools;
    const pages = await Promise.all([
      api.handovers('waiting'),
      api.handovers('claimed'),
      api.handovers('closed'),
    ]);
    for (const page of pages) {
      for (const handover of page.handovers) {
        this.tools.clock.observe(handover.requested_at);
      }
    }
    this.apply({ type: 'snapshot_taken', pages });
  }

  #listener(): FeedListener {
    return {
      position: () => this.state.seq,
      onEvent: (event) => { this.#receive(event); },
      onConnection: (connection) => { this.#connectionChanged(connection); },
      onUnauthorized: () => { this.#sessionEnded(); },
      onGap: async () => {
        await this.#takeSnapshot();
        this.#reloadAll();
      },
    };
  }

  #receive(event: StaffEvent): void {
    if (event.type === 'typing') {
      this.#showTyping(event.handover_id);
      return;
    }
    if (event.seq <= this.state.seq) {
      return;
    }
    this.tools.clock.observe(event.at);
    const before = this.state;
    this.apply({ type: 'event_received', event });
    if (event.type === 'handover') {
      this.#handoverChanged(before.handovers.get(event.handover.id)?.handover, event.handover);
    } else if (event.type === 'gone') {
      this.#forget(event.handover_id);
    } else if (event.event.type === 'message' && event.event.author === 'citizen') {
      this.#typingUntil.delete(event.handover_id);
      this.#announceMessage(event.handover_id);
    }
  }

  #handoverChanged(before: Handover | undefined, after: Handover): void {
    const wasMine = before !== undefined && isOwnedBy(before, this.session);
    if (after.state === 'waiting' && before?.state !== 'waiting' && !wasMine) {
      this.#announce({ kind: 'new_case', handover: after });
    }
    if (wasMine && !isOwnedBy(after, this.session) && !this.busy.has(after.id)) {
      // Not by our own hand: the citizen ended it, or it went back after a long silence.
      this.notices.set(after.id, {
        level: 'warning',
        title: texts.actions.taken,
        text: texts.actions.takenHint[after.state],
      });
    }
    if (isBehind(this.state, after.id)) {
      // The feed tells of messages only; what else stands in the conversation is asked for.
      void this.load(after.id);
    } else if (isOwnedBy(after, this.session)) {
      void this.#loadOnce(after.id);
    }
  }

  #announceMessage(id: string): void {
    const handover = this.state.handovers.get(id)?.handover;
    if (handover !== undefined && isOwnedBy(handover, this.session) && !this.#isInView(id)) {
      this.#announce({ kind: 'new_message', handover });
    }
  }

  #announce(announcement: Announcement): void {
    this.dispatchEvent(new CustomEvent<Announcement>('announce', { detail: announcement }));
  }

  #connectionChanged(connection: Connection): void {
    if (connection === 'offline' && this.connection === 'live') {
      // Further failed tries must not put the banner off.
      this.#offlineTimer ??= setTimeout(() => { this.#showConnection('offline'); }, OFFLINE_SHOWN_AFTER_MS);
      return;
    }
    this.#forgetOffline();
    this.#showConnection(connection);
    if (connection === 'live') {
      this.#sender.flushAll();
    }
  }

  #forgetOffline(): void {
    clearTimeout(this.#offlineTimer);
    this.#offlineTimer = undefined;
  }

  #showConnection(connection: Connection): void {
    this.connection = connection;
    this.#changed();
  }

  reconnect(): void {
    this.#feed?.retryNow();
  }

  #showTyping(id: string): void {
    this.#typingUntil.set(id, Date.now() + TYPING_SHOWN_MS);
    setTimeout(() => { this.#changed(); }, TYPING_SHOWN_MS + 50);
    this.#changed();
  }

  isCitizenTyping(id: string): boolean {
    return (this.#typingUntil.get(id) ?? 0) > Date.now();
  }

  async #loadOffices(): Promise<void> {
    try {
      this.offices = await this.tools.api.offices();
      this.#changed();
    } catch (error) {
      this.noticeEndedSession(error);
    }
  }

  async #loadTemplates(): Promise<void> {
    try {
      this.templates = await this.tools.api.templates();
      this.#changed();
    } catch (error) {
      this.noticeEndedSession(error);
    }
  }

  nameOffice(id: string): string {
    return this.offices.find((office) => office.id === id)?.short ?? id.toUpperCase();
  }

  // --- conversations

  /** Shows a handover, or none; its tab comes to the front. */
  open(id: string | null): void {
    this.openId = id;
    if (id !== null && this.phase === 'ready') {
      const known = this.state.handovers.get(id)?.handover;
      if (known !== undefined) {
        this.tab = tabOf(known, this.session);
      }
      void this.load(id).then(() => {
        const loaded = this.state.handovers.get(id)?.handover;
        if (known === undefined && loaded !== undefined && this.openId === id) {
          this.tab = tabOf(loaded, this.session);
          this.#changed();
        }
      });
    }
    this.#changed();
  }

  async load(id: string): Promise<void> {
    this.apply({ type: 'conversation_requested', id });
    try {
      const detail = await this.tools.api.handover(id);
      this.loadProblems.delete(id);
      this.apply({ type: 'conversation_loaded', detail });
    } catch (error) {
      if (!this.noticeEndedSession(error)) {
        this.loadProblems.set(id, describeError(error, this.now()));
        this.#changed();
      }
    }
  }

  #forget(id: string): void {
    this.drafts.delete(id);
    this.notices.delete(id);
    this.loadProblems.set(id, texts.errors.gone);
    saveReading(this.state.readUpTo);
    this.#changed();
  }

  async #loadOnce(id: string): Promise<void> {
    if (!this.state.conversations.has(id)) {
      await this.load(id);
    }
  }

  /** Own conversations are held ready, so that unread counts are right and switching is quick. */
  #loadOwn(): void {
    for (const { handover } of this.state.handovers.values()) {
      if (isOwnedBy(handover, this.session)) {
        void this.#loadOnce(handover.id);
      }
    }
  }

  /** After a gap in the feed the conversations held here may lack messages. */
  #reloadAll(): void {
    for (const [id, conversation] of this.state.conversations) {
      if (conversation.loaded) {
        void this.load(id);
      }
    }
  }

  #isInView(id: string): boolean {
    return this.openId === id && document.visibilityState === 'visible' && document.hasFocus();
  }

  /** Called when the conversation is on the screen. */
  markRead(id: string): void {
    const last = this.state.conversations.get(id)?.events.at(-1)?.seq ?? 0;
    if (document.visibilityState === 'visible' && last > (this.state.readUpTo.get(id) ?? 0)) {
      this.apply({ type: 'conversation_read', id, seq: last });
      saveReading(this.state.readUpTo);
    }
  }

  // --- what a caseworker does

  async claim(id: string): Promise<void> {
    const since = this.state.seq;
    await this.#act(id, async () => {
      try {
        const handover = await this.tools.api.claim(id);
        this.apply({ type: 'handover_confirmed', handover, since });
        this.tab = 'mine';
        this.#report(id, texts.actions.claimed);
        await this.#loadOnce(id);
      } catch (error) {
        if (!(error instanceof ApiError && error.code === 'already_claimed')) {
          throw error;
        }
        this.notices.set(id, {
          level: 'warning',
          title: describeError(error, this.now()),
          text: texts.actions.lostHint,
        });
        await this.load(id);
      }
    });
  }

  giveBack(id: string, to: ReturnTarget): Promise<void> {
    return this.#end(
      id,
      () => this.tools.api.giveBack(id, to),
      to === 'bot' ? texts.actions.returnedToBot : texts.actions.returnedToQueue,
    );
  }

  close(id: string, reason: CloseReason): Promise<void> {
    return this.#end(id, () => this.tools.api.close(id, reason), texts.actions.closed);
  }

  async #end(id: string, request: () => Promise<Handover>, done: string): Promise<void> {
    const since = this.state.seq;
    await this.#act(id, async () => {
      const handover = await request();
      this.apply({ type: 'handover_confirmed', handover, since });
      this.#report(id, done);
    });
  }

  async #act(id: string, action: () => Promise<void>): Promise<void> {
    if (this.busy.has(id)) {
      return;
    }
    this.busy.add(id);
    this.notices.delete(id);
    this.#changed();
    try {
      await action();
    } catch (error) {
      if (!this.noticeEndedSession(error)) {
        this.notices.set(id, { level: 'danger', title: describeError(error, this.now()) });
        if (error instanceof ApiError && !error.isTransient) {
          await this.load(id);
        }
      }
    } finally {
      this.busy.delete(id);
      this.#changed();
    }
  }

  #report(id: string, title: string): void {
    const notice: Notice = { level: 'success', title };
    this.notices.set(id, notice);
    setTimeout(() => {
      if (this.notices.get(id) === notice) {
        this.dismissNotice(id);
      }
    }, SUCCESS_SHOWN_MS);
  }

  dismissNotice(id: string): void {
    this.notices.delete(id);
    this.#changed();
  }

  /** Leads back to the sign-in if that is what the error means. */
  noticeEndedSession(error: unknown): boolean {
    if (error instanceof ApiError && error.status === 401) {
      this.#sessionEnded();
      return true;
    }
    return false;
  }

  // --- replies

  send(id: string, text: string): void {
    this.drafts.delete(id);
    this.#typingSentAt = 0;
    this.#sender.send(id, text);
  }

  /** The same message once more, under its old id. */
  retry(id: string, clientMessageId: string): void {
    this.#sender.retry(id, clientMessageId);
  }

  discard(id: string, clientMessageId: string): void {
    this.#sender.discard(id, clientMessageId);
  }

  saveDraft(id: string, text: string): void {
    this.drafts.set(id, text);
    const now = Date.now();
    if (text.trim() !== '' && now - this.#typingSentAt > TYPING_SENT_MS) {
      this.#typingSentAt = now;
      // A lost typing sign is not worth a word.
      void this.tools.api.typing(id).catch((error: unknown) => this.noticeEndedSession(error));
    }
  }

  /** How the words will read; throws the server's refusal. */
  preview(id: string, text: string): Promise<Preview> {
    return this.tools.api.preview(id, text);
  }

  /** Asks for other words; they come by the feed as well, to every console. */
  async renderAgain(id: string, seq: number): Promise<void> {
    try {
      const event = await this.tools.api.renderAgain(id, seq);
      this.apply({ type: 'message_rendered', id, event });
    } catch (error) {
      if (!this.noticeEndedSession(error)) {
        this.notices.set(id, { level: 'danger', title: describeError(error, this.now()) });
        this.#changed();
      }
    }
  }

  // --- view settings

  showTab(tab: Tab): void {
    this.tab = tab;
    this.#changed();
  }

  showOffice(office: string | null): void {
    this.office = office;
    this.#changed();
  }

  setPreferences(change: Partial<Preferences>): void {
    this.preferences = { ...this.preferences, ...change };
    savePreferences(this.preferences);
    this.#changed();
  }

  /** Every change of the state goes through the reducer. */
  apply(action: Action): void {
    this.state = reduce(this.state, action);
    this.#changed();
  }

  #changed(): void {
    this.dispatchEvent(new Event('change'));
  }
}
