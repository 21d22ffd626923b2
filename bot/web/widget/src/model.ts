/** What the public API says, as the widget reads it. Unknown kinds and fields are passed over. */

export type Author = 'bot' | 'citizen' | 'caseworker' | 'system';
export type Direction = 'ltr' | 'rtl';
export type Kind = 'chat' | 'callback' | 'message';
export type ConversationState = 'bot' | 'waiting' | 'claimed' | 'callback' | 'closed';

export interface Link {
  readonly title: string;
  readonly url: string | null;
}

export interface Offer {
  readonly type: 'offer';
  readonly office: string;
  readonly office_name: string;
  readonly open: boolean;
  readonly reopens_at: string | null;
  readonly reopens_text: string | null;
  readonly kinds: readonly Kind[];
  readonly text: string;
}

export interface Checklist {
  readonly type: 'checklist';
  readonly title: string;
  readonly items: readonly { readonly text: string; readonly when: string | null }[];
}

export interface Source {
  readonly type: 'source';
  readonly text: string;
  readonly items: readonly Link[];
  readonly checked_on: string;
  readonly reviewed_on: string | null;
}

export interface Attachment {
  readonly type: 'attachment';
  readonly id: string;
  readonly name: string;
  readonly media_type: string;
  readonly size: number;
}

/** Which files may be sent to a person; `limit` in bytes. */
export interface AttachmentRules {
  readonly limit: number;
  readonly types: readonly string[];
}

/** The languages in which one may speak to the chat, and those in which it reads aloud. */
export interface VoiceOffer {
  readonly listen: readonly string[];
  readonly speak: readonly string[];
  /** Longest utterance. */
  readonly utterance_s: number;
}

export type Part =
  | { readonly type: 'text'; readonly text: string }
  | Checklist
  | {
      readonly type: 'fees';
      readonly title: string;
      readonly items: readonly {
        readonly what: string;
        readonly amount: string | null;
        readonly note: string | null;
      }[];
    }
  | { readonly type: 'steps'; readonly title: string; readonly items: readonly string[] }
  | { readonly type: 'links'; readonly title: string | null; readonly items: readonly Link[] }
  | {
      readonly type: 'contact';
      readonly title: string;
      readonly lines: readonly string[];
      readonly phone: string | null;
      readonly mail: string | null;
      readonly hours: readonly string[];
    }
  | {
      readonly type: 'buttons';
      readonly title: string | null;
      readonly items: readonly { readonly title: string; readonly payload: string }[];
    }
  | { readonly type: 'notice'; readonly text: string; readonly level: 'info' | 'warning' }
  | {
      readonly type: 'numbers';
      readonly title: string;
      readonly items: readonly {
        readonly name: string;
        readonly phone: string;
        readonly note: string | null;
      }[];
    }
  | Source
  | Offer
  | Attachment;

export interface Translation {
  readonly of: string;
  readonly by: 'machine' | 'draft' | 'reviewed';
  readonly original: string;
}

export interface MessageEvent {
  readonly seq: number;
  readonly type: 'message';
  readonly at: string;
  readonly author: Author;
  readonly automated: boolean;
  readonly text: string;
  readonly language: string;
  readonly parts: readonly Part[];
  readonly translation: Translation | null;
  /** Why a translation that was wanted is missing. */
  readonly not_translated?: string | null;
  readonly service: string | null;
  readonly client_message_id: string | null;
  readonly name: string | null;
}

export interface StateBody {
  readonly state: ConversationState;
  readonly office?: string | null;
  readonly position?: number | null;
  readonly wait_s?: number | null;
  readonly reopens_at?: string | null;
  readonly with?: string | null;
  readonly text?: string | null;
}

export interface StateEvent extends StateBody {
  readonly seq: number;
  readonly type: 'state';
  readonly at: string;
}

/** What has a number and is kept. */
export type ConversationEvent = MessageEvent | StateEvent;

/** What is only told to those who listen now. */
export interface TypingEvent {
  readonly type: 'typing';
  readonly author: 'bot' | 'caseworker';
}

/** How far the person on the other side has read. */
export interface ReadEvent {
  readonly type: 'read';
  readonly seq: number;
}

export interface ErasedEvent {
  readonly type: 'erased';
}

export type StreamedEvent = ConversationEvent | TypingEvent | ReadEvent | ErasedEvent;

export interface Started {
  readonly id: string;
  readonly token: string;
  readonly language: string;
  readonly direction: Direction;
  readonly state: ConversationState;
  readonly messages: readonly MessageEvent[];
}

export interface Language {
  readonly code: string;
  readonly name: string;
  readonly direction: Direction;
  readonly translated: 'full' | 'partial' | 'source' | 'machine';
}

export interface Office {
  readonly id: string;
  readonly name: string;
  readonly short: string;
  readonly operator: string;
  readonly open: boolean;
  readonly reopens_at: string | null;
  readonly reopens_text: string | null;
  readonly phone: string;
  readonly kinds: readonly Kind[];
  readonly hours: readonly string[];
  readonly privacy_notice: string;
}

export interface Status {
  readonly now: string;
  readonly county: {
    readonly name: string;
    readonly switchboard: string;
    readonly website: string;
    readonly imprint: string;
    readonly privacy_notice: string;
    readonly accessibility_statement: string;
  };
  readonly offices: readonly Office[];
  readonly attachments: AttachmentRules | null;
  readonly voice?: VoiceOffer;
}

export interface WidgetTexts {
  readonly language: string;
  readonly direction: Direction;
  readonly texts: Readonly<Record<string, string>>;
}

export interface OutgoingMessage {
  readonly client_message_id: string;
  readonly text: string;
  readonly payload?: string;
}

export interface PersonRequest {
  readonly office?: string;
  readonly kind: Kind;
  readonly phone?: string;
  readonly text?: string;
}

export const MAX_TEXT = 1000;
