/**
 * What the console knows, as a pure reducer: a snapshot plus the numbered events after it
 * always equals a fresh snapshot.
 */

import type {
  ConversationEvent,
  Handover,
  HandoverDetail,
  HandoverPage,
  MessageEvent,
  StaffEvent,
} from './model';

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
}

/** A reply on its way: it leaves when the conversation shows it. */
export interface OutgoingMessage {
  readonly clientMessageId: string;
  readonly text: string;
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
  /** Last message number seen by the caseworker, per handover. */
  readonly readUpTo: ReadonlyMap<string, number>;
}

export type Action =
  | { readonly type: 'snapshot_taken'; readonly pages: readonly HandoverPage[] }
  | { readonly type: 'event_received'; readonly event: StaffEvent }
  | { readonly type: 'handover_confirmed'; readonly handover: Handover; readonly since: number }
  | { readonly type: 'conversation_requested'; readonly id: string }
  | { readonly type: 'conversation_loaded'; readonly detail: HandoverDetail }
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
        : withConversation(state, action.id, { loaded: false, machineTranslation: true, events: [] });
    case 'conversation_loaded':
      return load(state, action.detail);
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
        ? withHandover(advanced, event.handover, event.seq)
        : advanced;
    case 'message':
      return addEvent(noteLastWords(advanced, event.handover_id, event.event, event.seq), event);
    case 'gone':
      return forget(advanced, event.handover_id);
  }
}

function addEvent(state: DeskState, event: Extract<StaffEvent, { type: 'message' }>): DeskState {
  const id = event.handover_id;
  const conversation = state.conversations.get(id);
  if (conversation === undefined) {
    return state;
  }
  const events = mergeEvents(conversation.events, [event.event]);
  return settle(withConversation(state, id, { ...conversation, events }), id);
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
  return known !== undefined && known.asOf > since
    ? state
    : withHandover(state, handover, known?.asOf ?? since);
}

function load(state: DeskState, detail: HandoverDetail): DeskState {
  const id = detail.handover.id;
  const known = state.handovers.get(id);
  const current =
    known !== undefined && known.asOf > detail.seq
      ? state
      : withHandover(state, detail.handover, detail.seq);
  return settle(
    withConversation(current, id, {
      loaded: true,
      machineTranslation: detail.machine_translation,
      events: mergeEvents(state.conversations.get(id)?.events ?? [], detail.events),
    }),
    id,
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

/** The citizen deleted the conversation: nothing of it stays here. */
function forget(state: DeskState, id: string): DeskState {
  const without = <T>(map: ReadonlyMap<string, T>): ReadonlyMap<string, T> =>
    new Map([...map].filter(([key]) => key !== id));
  return {
    ...state,
    handovers: without(state.handovers),
    conversations: without(state.conversations),
    outbox: without(state.outbox),
    readUpTo: without(state.readUpTo),
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

/** True while the handover counts more events than its loaded conversation shows. */
export function isBehind(state: DeskState, id: string): boolean {
  const conversation = state.conversations.get(id);
  const last = state.handovers.get(id)?.handover.last_seq ?? 0;
  return conversation?.loaded === true && (conversation.events.at(-1)?.seq ?? 0) < last;
}

export function outboxOf(state: DeskState, id: string): readonly OutgoingMessage[] {
  return state.outbox.get(id) ?? [];
}

/**
 * Citizen messages not yet seen. In a tab that has not shown the conversation yet, what came
 * after the last reply of a person counts: it still waits for an answer.
 */
export function unreadCount(state: DeskState, id: string): number {
  const events = state.conversations.get(id)?.events ?? [];
  const read = state.readUpTo.get(id) ?? lastReplySeq(events);
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
