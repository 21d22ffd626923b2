/** The shapes of the staff API: handovers, conversation events and the staff feed. */

export type HandoverState = 'waiting' | 'claimed' | 'returned' | 'closed' | 'withdrawn' | 'merged';
export type HandoverKind = 'chat' | 'call' | 'callback' | 'message';
export type CloseReason = 'resolved' | 'no_answer' | 'wrong_office' | 'abuse' | 'other';
export type ReturnTarget = 'queue' | 'bot';
export type SnoozeReason = 'documents' | 'reply' | 'colleague' | 'appointment' | 'other';
export type Outcome = 'reached' | 'no_answer' | 'busy' | 'wrong_number' | 'left_message';
export type Author = 'citizen' | 'bot' | 'caseworker' | 'system';

/** A caseworker as colleagues see her. */
export interface Colleague {
  readonly username: string;
  readonly name: string;
}

/** One try to reach the citizen. */
export interface Attempt {
  readonly at: string;
  readonly by: string;
  readonly outcome: Outcome;
  readonly note: string | null;
}

export type CallState = 'ringing' | 'talking' | 'over' | 'missed';
export type CallOutcome = 'answered' | 'no_answer' | 'busy' | 'failed';

/** One try to put the caller through. */
export interface Call {
  readonly extension: string;
  /** Whose extension it is; null: it rings at several. */
  readonly to: Colleague | null;
  readonly state: CallState;
  readonly dialled_at: string;
  readonly answered_at: string | null;
  readonly ended_at: string | null;
  /** Null while it rings, and where the caller hung up first. */
  readonly outcome: CallOutcome | null;
}

export interface Handover {
  readonly id: string;
  readonly conversation_id: string;
  readonly office: string;
  readonly team: string | null;
  readonly kind: HandoverKind;
  readonly priority: 'crisis' | 'normal';
  readonly state: HandoverState;
  readonly requested_at: string;
  readonly claimed_by: Colleague | null;
  readonly claimed_at: string | null;
  readonly closed_at: string | null;
  readonly close_reason: string | null;
  /** Until when a call-back or a message is to be answered. */
  readonly due_at: string | null;
  /** Its owner waits for something until then. */
  readonly snoozed_until: string | null;
  readonly snooze_reason: SnoozeReason | null;
  /** Who is asked to take it. */
  readonly offered_to: Colleague | null;
  readonly offered_at: string | null;
  /** The case in which it goes on. */
  readonly merged_into: string | null;
  readonly attempts: readonly Attempt[];
  readonly calls: readonly Call[];
  readonly notes: number;
  readonly channel: string;
  readonly language: string;
  readonly service: string | null;
  readonly service_title: string | null;
  readonly aspect: string | null;
  readonly reason: string;
  readonly preview: string;
  /** Where she wants to be called back. */
  readonly phone: string | null;
  /** Where she has called from. */
  readonly caller: string | null;
  readonly text: string | null;
  /** What the machine made of `text`. */
  readonly text_german: string | null;
  /** Why it made nothing. */
  readonly text_not_translated: string | null;
  readonly last_seq: number;
  /** The last event that the citizen's screen has shown. */
  readonly citizen_read_seq: number;
  /** Whether nothing of it may be erased. */
  readonly held: boolean;
}

/** What one caseworker tells the others; no citizen sees it. */
export interface Note {
  readonly id: string;
  readonly at: string;
  readonly by: string;
  readonly text: string;
}

/** A file that the citizen sent. */
export interface Attachment {
  readonly id: string;
  readonly conversation_id: string;
  readonly name: string;
  readonly media_type: string;
  readonly size: number;
  readonly at: string;
}

/** Where a case goes: exactly one of the three is named; `team` may stand beside `office`. */
export interface Transfer {
  readonly caseworker?: string;
  readonly team?: string;
  readonly office?: string;
  readonly note?: string;
}

/** The catalogue's answer that a reply repeats word for word. */
export interface Answers {
  readonly service: string;
  readonly aspect: string;
}

/** An answer of the catalogue to the citizen's last question, in German. */
export interface Suggestion extends Answers {
  readonly service_title: string;
  readonly text: string;
  readonly source: string | null;
  readonly checked_on: string | null;
  readonly confidence: number;
}

/** The likeliest first; `question` is what they answer. */
export interface Suggestions {
  readonly question: string | null;
  readonly suggestions: readonly Suggestion[];
}

/** Somebody who works on an office's cases, and whether she takes any now. */
export interface WorkingColleague extends Colleague {
  readonly offices: readonly string[];
  readonly languages: readonly string[];
  readonly present: boolean;
  readonly open_cases: number;
}

/** A case in which the words were found, with those around them. */
export interface Found {
  readonly handover: Handover;
  readonly excerpt: string | null;
}

/** The cases, latest first; `more`: there are more than are shown. */
export interface SearchResult {
  readonly found: readonly Found[];
  readonly more: boolean;
}

export interface Translation {
  /** Language of `original`. */
  readonly of: string;
  readonly by: 'machine' | 'draft' | 'reviewed';
  readonly original: string;
}

/** Ready-made words; `fields` are the names that stand in braces. */
export interface Template {
  readonly id: string;
  readonly text: string;
  readonly fields: readonly string[];
}

/** How a reply will read; German where `not_translated` says why. */
export interface Preview {
  readonly text: string;
  readonly language: string;
  readonly german: string;
  readonly by: 'machine' | 'draft' | 'reviewed' | null;
  readonly not_translated: string | null;
}

/** A file in a message; of the other parts the text tells all that is needed here. */
export interface AttachmentPart {
  readonly type: 'attachment';
  readonly id: string;
  readonly name: string;
  readonly media_type: string;
  readonly size: number;
}

export interface MessageEvent {
  readonly seq: number;
  readonly type: 'message';
  readonly at: string;
  readonly author: Author;
  readonly automated: boolean;
  readonly text: string;
  readonly parts?: readonly (AttachmentPart | { readonly type: string })[];
  readonly language: string;
  readonly translation?: Translation | null;
  /** Why a translation that was wanted is missing. */
  readonly not_translated?: string | null;
  readonly source?: string | null;
  readonly checked_on?: string | null;
  readonly service?: string | null;
  readonly aspect?: string | null;
  readonly client_message_id?: string | null;
  readonly name?: string | null;
  /** Of what was said on the phone: how well it was understood, from 0 to 1. */
  readonly heard?: { readonly confidence: number } | null;
}

export interface StateEvent {
  readonly seq: number;
  readonly type: 'state';
  readonly at: string;
  readonly state: 'bot' | 'waiting' | 'claimed' | 'callback' | 'closed';
  readonly with?: string | null;
  /** Its owner waits for something until then. */
  readonly snoozed_until?: string | null;
  readonly text?: string | null;
}

/** What stands in a conversation, numbered within it. */
export type ConversationEvent = MessageEvent | StateEvent;

/** Another conversation of the same citizen that was merged into the case. */
export interface AlsoWritten {
  readonly conversation_id: string;
  readonly language: string;
  readonly events: readonly ConversationEvent[];
}

/**
 * What the staff feed tells, numbered across all offices; typing is not numbered.  A message may
 * be of a conversation that was merged into the handover; `notes` is how many there are now;
 * `gone`: erased, or given to an office that is none of ours.
 */
export type StaffEvent =
  | { readonly type: 'handover'; readonly seq: number; readonly at: string; readonly handover: Handover }
  | {
      readonly type: 'message';
      readonly seq: number;
      readonly at: string;
      readonly handover_id: string;
      readonly conversation_id: string;
      readonly event: ConversationEvent;
    }
  | {
      readonly type: 'note';
      readonly seq: number;
      readonly at: string;
      readonly handover_id: string;
      readonly note: Note;
      readonly notes: number;
    }
  | { readonly type: 'gone'; readonly seq: number; readonly at: string; readonly handover_id: string }
  | { readonly type: 'typing'; readonly handover_id: string };

/** The handovers in one state as they were when the feed stood at `seq`. */
export interface HandoverPage {
  readonly handovers: readonly Handover[];
  readonly seq: number;
}

/** One handover with its whole conversation when the feed stood at `seq`. */
export interface HandoverDetail {
  readonly handover: Handover;
  readonly events: readonly ConversationEvent[];
  readonly also: readonly AlsoWritten[];
  readonly notes: readonly Note[];
  readonly attachments: readonly Attachment[];
  readonly seq: number;
  readonly machine_translation: boolean;
}

export interface Session {
  readonly username: string;
  readonly name: string;
  /** The offices whose cases she works on. */
  readonly offices: readonly string[];
  readonly role: Role;
  readonly memberships: readonly Membership[];
  /** Beside German. */
  readonly languages: readonly string[];
  /** Her telephone in the house. */
  readonly extension: string | null;
  /** Takes no cases for now. */
  readonly away: boolean;
  /** Nothing else is open to her until she has a password of her own. */
  readonly must_change_password: boolean;
}

export type Role = 'caseworker' | 'lead' | 'admin' | 'auditor';

/** What somebody is in one office, and in which of its teams. */
export interface Membership {
  readonly office: string;
  readonly role: Role;
  readonly team: string | null;
}

export interface Credentials {
  readonly username: string;
  readonly password: string;
  readonly totp?: string;
}

export interface Office {
  readonly id: string;
  readonly name: string;
  readonly short: string;
  readonly open: boolean;
  readonly teams: readonly Team[];
  /** How long a case stays offered to one caseworker. */
  readonly offer_timeout_s: number;
}

/** A part of an office. */
export interface Team {
  readonly id: string;
  readonly name: string;
}

/** The caseworker's working language; everything else is shown beside it. */
export const WORKING_LANGUAGE = 'de';

export function isOwnedBy(handover: Handover, session: Session | null): boolean {
  return (
    session !== null &&
    handover.state === 'claimed' &&
    handover.claimed_by?.username === session.username
  );
}

/** True while the case is offered to this caseworker. */
export function isOfferedTo(handover: Handover, session: Session | null): boolean {
  return (
    session !== null &&
    handover.state === 'waiting' &&
    handover.offered_to?.username === session.username &&
    // A declined offer stands as one of long ago until the next one gets it.
    Date.parse(handover.offered_at ?? '') > 0
  );
}

/** The call that rings or goes on, or null. */
export function runningCall(handover: Handover): Call | null {
  return handover.calls.find(({ state }) => state === 'ringing' || state === 'talking') ?? null;
}

/** True while this caseworker's telephone rings for the case. */
export function ringsAt(handover: Handover, session: Session | null): boolean {
  const call = runningCall(handover);
  return session !== null && call?.state === 'ringing' && call.to?.username === session.username;
}

/** The files that came with a message. */
export function filesIn(event: MessageEvent): readonly AttachmentPart[] {
  return (event.parts ?? []).filter((part): part is AttachmentPart => part.type === 'attachment');
}
