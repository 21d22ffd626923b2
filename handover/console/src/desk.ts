/**
 * The caseworker's desk: holds the state, talks to the server and tells the views when to
 * draw again. All decisions about state are the reducer's.
 */

import { ApiError, StaffApi } from './api';
import { CaseWork, type CaseDesk } from './casework';
import { ServerClock } from './clock';
import { describeError } from './errors';
import { Feed, type Connection, type FeedListener } from './feed';
import type {
  CloseReason,
  ConversationEvent,
  Credentials,
  Handover,
  Office,
  Preview,
  ReturnTarget,
  Session,
  StaffEvent,
} from './model';
import { isOfferedTo, isOwnedBy, ringsAt } from './model';
import { PagesApi } from './pages-api';
import { loadPreferences, savePreferences, type Preferences } from './preferences';
import { ALL, nextUnread, tabOf, type QueueFilter, type Tab } from './queue';
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
  readonly kind: 'new_case' | 'new_message' | 'offer' | 'call';
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

export class Desk extends EventTarget implements CaseDesk {
  state: DeskState = initialState;
  phase: Phase = 'starting';
  session: Session | null = null;
  /** Why the first request has not been answered yet. */
  startProblem: string | null = null;
  /** True when the server may not know that the caseworker has left. */
  signOutFailed = false;
  connection: Connection = 'connecting';
  offices: readonly Office[] = [];
  preferences: Preferences = loadPreferences();
  /** The handover on the right, from the address. */
  openId: string | null = null;
  tab: Tab = 'waiting';
  filter: QueueFilter = ALL;
  /** Handovers with a request under way, so that no button is pressed twice. */
  readonly busy = new Set<string>();
  readonly notices = new Map<string, Notice>();
  readonly loadProblems = new Map<string, string>();
  /** Unsent words per handover: in memory only, so that a lost session does not lose them. */
  readonly drafts = new Map<string, string>();
  readonly casework: CaseWork;
  /** Up to which event the server knows that a conversation was read here. */
  readonly #readTold = new Map<string, number>();
  readonly #typingUntil = new Map<string, number>();
  readonly #sender: Sender;
  #typingSentAt = 0;
  #feed: ReturnType<DeskTools['openFeed']> | null = null;
  #offlineTimer: ReturnType<typeof setTimeout> | undefined;
  #draftsOf: string | null = null;

  /** The requests of everything but the cases. */
  readonly pages: PagesApi;
  /** What has to be set up before anything else is open to her. */
  setup: 'password' | 'totp' | null = null;

  constructor(private readonly tools: DeskTools) {
    super();
    this.pages = new PagesApi(tools.api);
    this.#sender = new Sender(this, tools);
    this.casework = new CaseWork(this, tools.api);
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
        this.changed();
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
    this.casework.forgetAll();
    this.#draftsOf = null;
    forgetReading();
    this.state = initialState;
    this.changed();
    try {
      await this.tools.api.signOut();
    } catch (error) {
      // The browser still holds the session: on a shared computer she has to know.
      this.signOutFailed = !(error instanceof ApiError && error.status === 401);
      this.changed();
    }
  }

  /** True while drafts of an expired session wait for their writer. */
  get keepsDrafts(): boolean {
    const unsent = [...this.drafts.values(), ...this.casework.noteDrafts.values()];
    return this.#draftsOf !== null && unsent.some((text) => text.trim() !== '');
  }

  get sessionExpired(): boolean {
    return this.#draftsOf !== null;
  }

  async #enter(session: Session): Promise<void> {
    if (this.#draftsOf !== session.username) {
      this.drafts.clear();
      this.casework.forgetAll();
      this.state = { ...initialState, readUpTo: loadReading() };
    }
    this.session = session;
    this.signOutFailed = false;
    this.#draftsOf = null;
    this.setup = session.must_change_password ? 'password' : null;
    if (this.setup === null) {
      await this.#takeWhatIsAllowed(session);
    }
    this.phase = 'ready';
    this.changed();
    if (this.setup !== null) {
      return;
    }
    void this.#loadOffices();
    // Who only keeps accounts or reads the trail has no queue: the server refuses it to her.
    if (session.offices.length > 0) {
      this.#followCases();
    }
  }

  /** A second factor that is still missing is no error here, but the next thing to do. */
  async #takeWhatIsAllowed(session: Session): Promise<void> {
    try {
      await (session.offices.length > 0 ? this.#takeSnapshot() : this.tools.api.offices());
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 'totp_must_be_set_up')) {
        throw error;
      }
      this.setup = 'totp';
    }
  }

  #followCases(): void {
    this.#feed = this.tools.openFeed(this.#listener());
    this.#feed.start();
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
    this.#readTold.clear();
    this.changed();
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
    } else if (event.type === 'message') {
      this.#messageCame(event.handover_id, event.event);
    }
  }

  #messageCame(id: string, event: ConversationEvent): void {
    if (isBehind(this.state, id)) {
      void this.load(id);
    }
    if (event.type === 'message' && event.author === 'citizen') {
      this.#typingUntil.delete(id);
      this.#announceMessage(id);
    }
  }

  #handoverChanged(before: Handover | undefined, after: Handover): void {
    const wasMine = before !== undefined && isOwnedBy(before, this.session);
    const isOffered = isOfferedTo(after, this.session);
    const rings = ringsAt(after, this.session);
    if (rings && (before === undefined || !ringsAt(before, this.session))) {
      this.#announce({ kind: 'call', handover: after });
    } else if (isOffered && (before === undefined || !isOfferedTo(before, this.session))) {
      this.#announce({ kind: 'offer', handover: after });
    } else if (after.state === 'waiting' && before?.state !== 'waiting' && !wasMine) {
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
    const grown = after.merged_into;
    if (grown !== null && isBehind(this.state, grown)) {
      void this.load(grown);
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
    this.changed();
  }

  reconnect(): void {
    this.#feed?.retryNow();
  }

  #showTyping(id: string): void {
    this.#typingUntil.set(id, Date.now() + TYPING_SHOWN_MS);
    setTimeout(() => { this.changed(); }, TYPING_SHOWN_MS + 50);
    this.changed();
  }

  isCitizenTyping(id: string): boolean {
    return (this.#typingUntil.get(id) ?? 0) > Date.now();
  }

  async #loadOffices(): Promise<void> {
    try {
      this.offices = await this.tools.api.offices();
      this.changed();
    } catch (error) {
      this.noticeEndedSession(error);
    }
  }

  nameOffice(id: string): string {
    return this.offices.find((office) => office.id === id)?.short ?? id.toUpperCase();
  }

  nameTeam({ office, team }: Pick<Handover, 'office' | 'team'>): string {
    const known = this.offices.find(({ id }) => id === office)?.teams.find(({ id }) => id === team);
    return known?.name ?? team ?? '';
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
          this.changed();
        }
      });
    }
    this.changed();
  }

  /** `again`: once more if the feed has meanwhile told of something that the answer lacks. */
  async load(id: string, again = true): Promise<void> {
    this.apply({ type: 'conversation_requested', id });
    try {
      const detail = await this.tools.api.handover(id);
      this.loadProblems.delete(id);
      this.apply({ type: 'conversation_loaded', detail });
      if (again && isBehind(this.state, id)) {
        await this.load(id, false);
      }
    } catch (error) {
      if (!this.noticeEndedSession(error)) {
        this.loadProblems.set(id, describeError(error, this.now()));
        this.changed();
      }
    }
  }

  #forget(id: string): void {
    this.drafts.delete(id);
    this.notices.delete(id);
    this.casework.forget(id);
    this.loadProblems.set(id, texts.errors.gone);
    saveReading(this.state.readUpTo);
    this.changed();
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
    const conversation = this.state.conversations.get(id);
    if (conversation === undefined || document.visibilityState !== 'visible') {
      return;
    }
    const last = lastSeq(conversation.events);
    this.#noteRead(id, last);
    for (const other of conversation.also) {
      this.#noteRead(other.conversation_id, lastSeq(other.events));
    }
    this.#tellRead(id, last);
  }

  #noteRead(key: string, seq: number): void {
    if (seq > (this.state.readUpTo.get(key) ?? 0)) {
      this.apply({ type: 'conversation_read', id: key, seq });
      saveReading(this.state.readUpTo);
    }
  }

  /** The citizen sees that she was read, but only by the owner, and only once she looks. */
  #tellRead(id: string, seq: number): void {
    const handover = this.state.handovers.get(id)?.handover;
    const mine = handover !== undefined && isOwnedBy(handover, this.session);
    if (mine && document.hasFocus() && seq > (this.#readTold.get(id) ?? 0)) {
      this.#readTold.set(id, seq);
      this.tools.api.markRead(id, seq).catch((error: unknown) => {
        // Told again with the next message, or when she looks again.
        this.#readTold.delete(id);
        this.noticeEndedSession(error);
      });
    }
  }

  /** The own case with unread messages that comes after the open one, or null. */
  nextUnread(): string | null {
    return nextUnread(this.state, this.session, this.openId);
  }

  // --- what a caseworker does

  async claim(id: string): Promise<void> {
    const since = this.state.seq;
    await this.act(id, async () => {
      try {
        const handover = await this.tools.api.claim(id);
        this.apply({ type: 'handover_confirmed', handover, since });
        this.tab = 'mine';
        this.report(id, texts.actions.claimed);
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
    await this.act(id, async () => {
      const handover = await request();
      this.apply({ type: 'handover_confirmed', handover, since });
      this.report(id, done);
    });
  }

  /** Does one thing to a case at a time, and says what went wrong. */
  async act(id: string, action: () => Promise<void>): Promise<void> {
    if (this.busy.has(id)) {
      return;
    }
    this.busy.add(id);
    this.notices.delete(id);
    this.changed();
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
      this.changed();
    }
  }

  report(id: string, title: string): void {
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
    this.changed();
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
    this.#sender.send(id, text, this.casework.answersOf(id, text));
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
    return this.tools.api.preview(id, text, this.casework.answersOf(id, text));
  }

  /** Asks for other words; they come by the feed as well, to every console. */
  async renderAgain(id: string, seq: number): Promise<void> {
    try {
      const event = await this.tools.api.renderAgain(id, seq);
      this.apply({ type: 'message_rendered', id, event });
    } catch (error) {
      if (!this.noticeEndedSession(error)) {
        this.notices.set(id, { level: 'danger', title: describeError(error, this.now()) });
        this.changed();
      }
    }
  }

  /** Throws the server's refusal. */
  async setAway(away: boolean): Promise<void> {
    this.session = await this.tools.api.request('POST', '/presence', { away });
    this.changed();
  }

  // --- view settings

  showTab(tab: Tab): void {
    this.tab = tab;
    this.changed();
  }

  setFilter(change: Partial<QueueFilter>): void {
    this.filter = { ...this.filter, ...change };
    this.changed();
  }

  setPreferences(change: Partial<Preferences>): void {
    this.preferences = { ...this.preferences, ...change };
    savePreferences(this.preferences);
    this.changed();
  }

  /** Every change of the state goes through the reducer. */
  apply(action: Action): void {
    this.state = reduce(this.state, action);
    this.changed();
  }

  /** Tells the views to draw again. */
  changed(): void {
    this.dispatchEvent(new Event('change'));
  }
}

function lastSeq(events: readonly ConversationEvent[]): number {
  return events.at(-1)?.seq ?? 0;
}
