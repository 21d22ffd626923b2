/** The shapes of the staff API: handovers, conversation events and the staff feed. */

export type HandoverState = 'waiting' | 'claimed' | 'returned' | 'closed' | 'withdrawn';
export type HandoverKind = 'chat' | 'callback' | 'message';
export type CloseReason = 'resolved' | 'no_answer' | 'wrong_office' | 'abuse' | 'other';
export type ReturnTarget = 'queue' | 'bot';
export type Author = 'citizen' | 'bot' | 'caseworker' | 'system';

/** A caseworker as colleagues see her. */
export interface Colleague {
  readonly username: string;
  readonly name: string;
}

export interface Handover {
  readonly id: string;
  readonly conversation_id: string;
  readonly office: string;
  readonly kind: HandoverKind;
  readonly priority: 'crisis' | 'normal';
  readonly state: HandoverState;
  readonly requested_at: string;
  readonly claimed_by: Colleague | null;
  readonly claimed_at: string | null;
  readonly closed_at: string | null;
  readonly close_reason: string | null;
  readonly channel: string;
  readonly language: string;
  readonly service: string | null;
  readonly service_title: string | null;
  readonly aspect: string | null;
  readonly reason: string;
  readonly preview: string;
  readonly phone: string | null;
  readonly text: string | null;
  readonly last_seq: number;
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

export interface MessageEvent {
  readonly seq: number;
  readonly type: 'message';
  readonly at: string;
  readonly author: Author;
  readonly automated: boolean;
  readonly text: string;
  readonly language: string;
  readonly translation?: Translation | null;
  /** Why a translation that was wanted is missing. */
  readonly not_translated?: string | null;
  readonly source?: string | null;
  readonly checked_on?: string | null;
  readonly client_message_id?: string | null;
  readonly name?: string | null;
}

export interface StateEvent {
  readonly seq: number;
  readonly type: 'state';
  readonly at: string;
  readonly state: 'bot' | 'waiting' | 'claimed' | 'callback' | 'closed';
  readonly with?: string | null;
  readonly text?: string | null;
}

/** What stands in a conversation, numbered within it. */
export type ConversationEvent = MessageEvent | StateEvent;

/** What the staff feed tells (`gone`: the citizen deleted the conversation), numbered across all offices; typing is not numbered. */
export type StaffEvent =
  | { readonly type: 'handover'; readonly seq: number; readonly at: string; readonly handover: Handover }
  | {
      readonly type: 'message';
      readonly seq: number;
      readonly at: string;
      readonly handover_id: string;
      readonly event: ConversationEvent;
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
  readonly seq: number;
  readonly machine_translation: boolean;
}

export interface Session {
  readonly username: string;
  readonly name: string;
  readonly offices: readonly string[];
  readonly role: string;
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
