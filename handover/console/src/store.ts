/**
 * What the console knows, as a pure reducer: a snapshot plus the numbered events after it
 * always equals a fresh snapshot.
 */

import type {
  AlsoWritten,
  Answers,
  Attachment,
  ConversationEvent,
  Handover,
  HandoverDetail,
  HandoverPage,
  MessageEvent,
  Note,
  StaffEvent,
} from './model';
import { filesIn } from './model';

/** A handover and the feed position it was last known at. */
export interface KnownHandover {
  readonly handover: Handover;
  readonly asOf: number;
}

export interface Conversation {
  /** False until the first answer of the server: events from the feed may already be here. */
  readonly loaded: boolean;
  readonly machineTranslation: boolean;
  readonly events: readonly ConversationEvent[];
  /** What the same citizen wrote elsewhere, merged into this case. */
  readonly also: readonly AlsoWritten[];
  readonly notes: readonly Note[];
  readonly attachments: readonly Attachment[];
  /** Feed position of the answer that this is from. */
  readonly asOf: number;
  /** Since which event the answer no longer tells the whole: it is to be asked for again. */
  readonly staleSince: number | null;
}

const UNKNOWN_CONVERSATION: Conversation = {
  loaded: false,
  machineTranslation: true,
  events: [],
  also: [],
  notes: [],
  attachments: [],
  asOf: -1,
  staleSince: null,
};

/** A reply on its way: it leaves when the conversation shows it. */
export interface OutgoingMessage {
  readonly clientMessageId: string;
  readonly text: string;
  /** The catalogue's answer that the text repeats word for word. */
  readonly answers: Answers | null;
  readonly at: string;
  readonly status: 'queued' | 'sending' | 'accepted' | 'failed';
  readonly seq: number | null;
  readonly problem: string | null;
}

export interface DeskState {
  readonly seq: number;
  readonly handovers: ReadonlyMap<string, KnownHandover>;
  readonly conversations: ReadonlyMap<string, Conversation>;
  readonly outbox: ReadonlyMap<string, readonly OutgoingMessage[]>;
  /** Last message number seen by the caseworker, per handover; per conversation if merged. */
  readonly readUpTo: ReadonlyMap<string, number>;
  /** When a handover left us: an answer from before must not bring it back. */
  readonly goneAt: ReadonlyMap<string, number>;
}

export type Action =
  | { readonly type: 'snapshot_taken'; readonly pages: readonly HandoverPage[] }
  | { readonly type: 'event_received'; readonly event: StaffEvent }
  | { readonly type: 'handover_confirmed'; readonly handover: Handover; readonly since: number }
  | { readonly type: 'conversation_requested'; readonly id: string }
  | { readonly type: 'conversation_loaded'; readonly detail: HandoverDetail }
  | { readonly type: 'note_added'; readonly id: string; readonly note: Note }
  | { readonly type: 'handover_gone'; readonly id: string }
  | { readonly type: 'conversation_read'; readonly id: string; readonly seq: number }
  | { readonly type: 'message_queued'; readonly id: string; readonly message: OutgoingMessage }
  | {
      readonly type: 'message_changed';
      readonly id: string;
      readonly clientMessageId: string;
      readonly change: Partial<Pick<OutgoingMessage, 'status' | 'seq' | 'problem'>>;
    }
  | { readonly type: 'message_rendered'; readonly id: string; readonly event: MessageEvent }
  | { readonly type: 'message_discarded'; readonly id: string; readonly clientMessageId: string };

export const initialState: DeskState = {
  seq: 0,
  handovers: new Map(),
  conversations: new Map(),
  outbox: new Map(),
  readUpTo: new Map(),
  goneAt: new Map(),
};

export function reduce(state: DeskState, action: Action): DeskState {
  switch (action.type) {
    case 'snapshot_taken':
      return takeSnapshot(state, action.pages);
    case 'event_received':
      return receive(state, action.event);
    case 'handover_confirmed':
      return confirm(state, action.handover, action.since);
    case 'conversation_requested':
      return state.conversations.has(action.id)
        ? state
        : withConversation(state, action.id, UNKNOWN_CONVERSATION);
    case 'conversation_loaded':
      return load(state, action.detail);
    case 'note_added':
      return addNote(state, action.id, action.note);
    case 'handover_gone':
      return forget(state, action.id);
    case 'conversation_read':
      return action.seq <= (state.readUpTo.get(action.id) ?? 0)
        ? state
        : { ...state, readUpTo: new Map(state.readUpTo).set(action.id, action.seq) };
    case 'message_queued':
      return withOutbox(state, action.id, [...outboxOf(state, action.id), action.message]);
    case 'message_changed':
      return settle(
        withOutbox(
          state,
          action.id,
          outboxOf(state, action.id).map((message) =>
            message.clientMessageId === action.clientMessageId
              ? { ...message, ...action.change }
              : message,
          ),
        ),
        action.id,
      );
    case 'message_rendered': {
      const conversation = state.conversations.get(action.id);
      return conversation === undefined
        ? state
        : withConversation(state, action.id, {
            ...conversation,
            events: mergeEvents(conversation.events, [action.event]),
          });
    }
    case 'message_discarded':
      return withOutbox(
        state,
        action.id,
        outboxOf(state, action.id).filter((m) => m.clientMessageId !== action.clientMessageId),
      );
  }
}

/**
 * The states are asked for one after another, so a handover may stand on two pages or on
 * none: the later page wins, and the feed is read from the earliest page on.
 */
function takeSnapshot(state: DeskState, pages: readonly HandoverPage[]): DeskState {
  const handovers = new Map<string, KnownHandover>();
  for (const page of [...pages].sort((a, b) => a.seq - b.seq)) {
    for (const handover of page.handovers) {
      handovers.set(handover.id, { handover, asOf: page.seq });
    }
  }
  const seq = pages.length === 0 ? state.seq : Math.min(...pages.map((page) => page.seq));
  return { ...state, seq, handovers };
}

function receive(state: DeskState, event: StaffEvent): DeskState {
  if (event.type === 'typing' || event.seq <= state.seq) {
    return state;
  }
  const advanced = { ...state, seq: event.seq };
  switch (event.type) {
    case 'handover':
      return isNewer(advanced, event.handover.id, event.seq)
        ? withHandover(noticeMerging(advanced, event.handover, event.seq), event.handover, event.seq)
        : advanced;
    case 'message':
      return receiveMessage(advanced, event);
    case 'note':
      return addNote(countNotes(advanced, event), event.handover_id, event.note);
    case 'gone':
      return isNewer(advanced, event.handover_id, event.seq)
        ? forget(advanced, event.handover_id)
        : advanced;
  }
}

type Of<Type extends StaffEvent['type']> = Extract<StaffEvent, { type: Type }>;

/** A conversation may have had several handovers, and it may go on in another one's case. */
function receiveMessage(state: DeskState, event: Of<'message'>): DeskState {
  const own = [...state.handovers.values()]
    .map(({ handover }) => handover)
    .filter(({ conversation_id }) => conversation_id === event.conversation_id);
  const told = own.reduce(
    (next, { id }) => addEvent(noteLastWords(next, id, event.event, event.seq), id, event.event, event.conversation_id),
    state,
  );
  return own.some(({ id }) => id === event.handover_id) ? told : addElsewhere(told, event);
}

function addEvent(
  state: DeskState,
  id: string,
  event: ConversationEvent,
  conversationId: string,
): DeskState {
  const conversation = state.conversations.get(id);
  if (conversation === undefined) {
    return state;
  }
  const events = mergeEvents(conversation.events, [event]);
  const attachments = withFiles(conversation, event, conversationId);
  return settle(withConversation(state, id, { ...conversation, events, attachments }), id);
}

/** A message of a merged conversation; one that is not known here is to be asked for. */
function addElsewhere(state: DeskState, event: Of<'message'>): DeskState {
  const id = event.handover_id;
  const conversation = state.conversations.get(id);
  if (conversation === undefined) {
    return state;
  }
  if (!conversation.also.some((other) => other.conversation_id === event.conversation_id)) {
    return markStale(state, id, event.seq);
  }
  const also = conversation.also.map((other) =>
    other.conversation_id === event.conversation_id
      ? { ...other, events: mergeEvents(other.events, [event.event]) }
      : other,
  );
  const attachments = withFiles(conversation, event.event, event.conversation_id);
  return withConversation(state, id, { ...conversation, also, attachments });
}

/** The files of the case with those that came with this message. */
function withFiles(
  { attachments }: Conversation,
  event: ConversationEvent,
  conversationId: string,
): readonly Attachment[] {
  const files = event.type === 'message' ? filesIn(event) : [];
  return mergeFiles(
    attachments,
    files.map(({ id, name, media_type, size }) => ({
      id,
      conversation_id: conversationId,
      name,
      media_type,
      size,
      at: event.at,
    })),
  );
}

function mergeFiles(known: readonly Attachment[], added: readonly Attachment[]): readonly Attachment[] {
  const byId = new Map([...known, ...added].map((file) => [file.id, file]));
  return byId.size === known.length ? known : [...byId.values()];
}

function markStale(state: DeskState, id: string, seq: number): DeskState {
  const conversation = state.conversations.get(id);
  return conversation === undefined
    ? state
    : withConversation(state, id, { ...conversation, staleSince: seq });
}

/** The case that takes another one in, or lets it go, shows other conversations from now on. */
function noticeMerging(state: DeskState, after: Handover, seq: number): DeskState {
  const before = state.handovers.get(after.id)?.handover.merged_into ?? null;
  if (before === after.merged_into) {
    return state;
  }
  const left = before === null ? state : dropElsewhere(state, before, after.conversation_id, seq);
  return after.merged_into === null ? left : markStale(left, after.merged_into, seq);
}

function dropElsewhere(state: DeskState, id: string, conversationId: string, seq: number): DeskState {
  const conversation = state.conversations.get(id);
  if (conversation === undefined) {
    return state;
  }
  const isOther = (one: { readonly conversation_id: string }): boolean =>
    one.conversation_id !== conversationId;
  return withConversation(state, id, {
    ...conversation,
    also: conversation.also.filter(isOther),
    attachments: conversation.attachments.filter(isOther),
    staleSince: seq,
  });
}

function countNotes(state: DeskState, event: Of<'note'>): DeskState {
  const known = state.handovers.get(event.handover_id);
  return known === undefined || known.asOf >= event.seq
    ? state
    : withHandover(state, { ...known.handover, notes: event.notes }, event.seq);
}

function addNote(state: DeskState, id: string, note: Note): DeskState {
  const conversation = state.conversations.get(id);
  return conversation === undefined
    ? state
    : withConversation(state, id, { ...conversation, notes: mergeNotes(conversation.notes, [note]) });
}

function isNewer(state: DeskState, id: string, seq: number): boolean {
  const known = state.handovers.get(id);
  return known === undefined || known.asOf < seq;
}

/** The row in the queue shows the citizen's last words without asking the server again. */
function noteLastWords(
  state: DeskState,
  id: string,
  event: ConversationEvent,
  seq: number,
): DeskState {
  const known = state.handovers.get(id);
  if (known === undefined || known.asOf >= seq || event.seq <= known.handover.last_seq) {
    return state;
  }
  const preview =
    event.type === 'message' && event.author === 'citizen'
      ? shorten(event.text)
      : known.handover.preview;
  return withHandover(state, { ...known.handover, preview, last_seq: event.seq }, seq);
}

const PREVIEW_LENGTH = 160;

/** As the server shortens the last words in a snapshot, so that both ways show the same. */
function shorten(text: string): string {
  const characters = Array.from(text);
  return characters.length <= PREVIEW_LENGTH
    ? text
    : `${characters.slice(0, PREVIEW_LENGTH - 1).join('')}…`;
}

/** An answer to our own request counts only if the feed has told nothing newer meanwhile. */
function confirm(state: DeskState, handover: Handover, since: number): DeskState {
  const known = state.handovers.get(handover.id);
  const newest = known?.asOf ?? state.goneAt.get(handover.id) ?? since;
  return newest > since
    ? state
    : withHandover(state, handover, known?.asOf ?? since);
}

function load(state: DeskState, detail: HandoverDetail): DeskState {
  const id = detail.handover.id;
  const known = state.handovers.get(id);
  if ((state.goneAt.get(id) ?? -1) >= detail.seq) {
    return state;
  }
  const current =
    known !== undefined && known.asOf > detail.seq
      ? state
      : withHandover(state, detail.handover, detail.seq);
  return settle(
    withConversation(current, id, join(state.conversations.get(id) ?? unheard(state), detail)),
    id,
  );
}

/** What the feed told meanwhile was not kept, because nobody was waiting for this answer. */
function unheard(state: DeskState): Conversation {
  return { ...UNKNOWN_CONVERSATION, staleSince: state.seq };
}

/** The answer and what the feed has told meanwhile; an answer may overtake an earlier one. */
function join(known: Conversation, detail: HandoverDetail): Conversation {
  const later = detail.seq >= known.asOf;
  const shown = later ? detail.also : known.also;
  const heard = later ? known.also : detail.also;
  return {
    loaded: true,
    machineTranslation: detail.machine_translation,
    events: mergeEvents(known.events, detail.events),
    also: shown.map((other) => ({
      ...other,
      events: mergeEvents(
        heard.find((same) => same.conversation_id === other.conversation_id)?.events ?? [],
        other.events,
      ),
    })),
    notes: mergeNotes(known.notes, detail.notes),
    attachments: mergeFiles(detail.attachments, known.attachments),
    asOf: Math.max(detail.seq, known.asOf),
    staleSince: known.staleSince !== null && known.staleSince > detail.seq ? known.staleSince : null,
  };
}

function mergeNotes(known: readonly Note[], added: readonly Note[]): readonly Note[] {
  const byId = new Map([...known, ...added].map((note) => [note.id, note]));
  return [...byId.values()].sort(
    (a, b) => Date.parse(a.at) - Date.parse(b.at) || (a.id < b.id ? -1 : 1),
  );
}

function mergeEvents(
  known: readonly ConversationEvent[],
  added: readonly ConversationEvent[],
): readonly ConversationEvent[] {
  const bySeq = new Map(known.map((event) => [event.seq, event]));
  for (const event of added) {
    bySeq.set(event.seq, event);
  }
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

/** Drops the replies that the conversation already shows. */
function settle(state: DeskState, id: string): DeskState {
  const waiting = outboxOf(state, id);
  const events = state.conversations.get(id)?.events ?? [];
  if (waiting.length === 0 || events.length === 0) {
    return state;
  }
  const left = waiting.filter((message) => !events.some((event) => shows(event, message)));
  return left.length === waiting.length ? state : withOutbox(state, id, left);
}

/** The server may put the writer's id before the message id that we chose. */
function shows(event: ConversationEvent, message: OutgoingMessage): boolean {
  return (
    event.type === 'message' &&
    event.author === 'caseworker' &&
    (event.seq === message.seq ||
      (event.client_message_id?.split(':').at(-1) ?? null) === message.clientMessageId)
  );
}

/** Erased, or another office's now: nothing of it stays here. */
function forget(state: DeskState, id: string): DeskState {
  const left = state.handovers.get(id)?.handover;
  if (left?.merged_into != null) {
    const rest = dropElsewhere(state, left.merged_into, left.conversation_id, state.seq);
    return forgetHere(rest, id);
  }
  return forgetHere(state, id);
}

function forgetHere(state: DeskState, id: string): DeskState {
  const without = <T>(map: ReadonlyMap<string, T>): ReadonlyMap<string, T> =>
    new Map([...map].filter(([key]) => key !== id));
  return {
    ...state,
    handovers: without(state.handovers),
    conversations: without(state.conversations),
    outbox: without(state.outbox),
    readUpTo: without(state.readUpTo),
    goneAt: new Map(state.goneAt).set(id, state.seq),
  };
}

function withHandover(state: DeskState, handover: Handover, asOf: number): DeskState {
  return { ...state, handovers: new Map(state.handovers).set(handover.id, { handover, asOf }) };
}

function withConversation(state: DeskState, id: string, conversation: Conversation): DeskState {
  return { ...state, conversations: new Map(state.conversations).set(id, conversation) };
}

function withOutbox(
  state: DeskState,
  id: string,
  messages: readonly OutgoingMessage[],
): DeskState {
  return { ...state, outbox: new Map(state.outbox).set(id, messages) };
}

/** True while the loaded conversation lacks something that the feed does not bring. */
export function isBehind(state: DeskState, id: string): boolean {
  const conversation = state.conversations.get(id);
  const last = state.handovers.get(id)?.handover.last_seq ?? 0;
  return (
    conversation?.loaded === true &&
    (conversation.staleSince !== null || (conversation.events.at(-1)?.seq ?? 0) < last)
  );
}

export function outboxOf(state: DeskState, id: string): readonly OutgoingMessage[] {
  return state.outbox.get(id) ?? [];
}

/**
 * Citizen messages not yet seen. In a tab that has not shown the conversation yet, what came
 * after the last reply of a person counts: it still waits for an answer.
 */
export function unreadCount(state: DeskState, id: string): number {
  const conversation = state.conversations.get(id);
  const own = unreadIn(state, id, conversation?.events ?? []);
  return (conversation?.also ?? []).reduce(
    (sum, other) => sum + unreadIn(state, other.conversation_id, other.events),
    own,
  );
}

function unreadIn(state: DeskState, key: string, events: readonly ConversationEvent[]): number {
  const read = state.readUpTo.get(key) ?? lastReplySeq(events);
  return events.filter(
    (event) => event.type === 'message' && event.author === 'citizen' && event.seq > read,
  ).length;
}

function lastReplySeq(events: readonly ConversationEvent[]): number {
  return events.reduce(
    (last, event) =>
      event.type === 'message' && event.author === 'caseworker' ? event.seq : last,
    0,
  );
}
