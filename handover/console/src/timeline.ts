/** All that belongs to a case in the order of time: what was said, elsewhere too, and the notes. */

import type { ConversationEvent, Note } from './model';
import type { Conversation } from './store';

export type Entry =
  | {
      readonly kind: 'event';
      readonly key: string;
      readonly event: ConversationEvent;
      /** From a conversation that was merged into the case. */
      readonly elsewhere: boolean;
    }
  | { readonly kind: 'note'; readonly key: string; readonly note: Note };

/** What happened at the same moment stays in the order of its own conversation. */
export function timelineOf(conversation: Conversation, withNotes = true): readonly Entry[] {
  const said = new Set(conversation.events.map(keyOf).filter((key) => key !== null));
  const own = conversation.events.map((event) => entryOf(event, 'own', false));
  const elsewhere = conversation.also.flatMap((other) =>
    // Replies and who owns the case are told in each conversation; once is enough.
    other.events
      .filter((event) => event.type === 'message' && !said.has(keyOf(event) ?? ''))
      .map((event) => entryOf(event, other.conversation_id, true)),
  );
  const notes = conversation.notes.map((note): Entry => ({ kind: 'note', key: note.id, note }));
  return [...own, ...elsewhere, ...(withNotes ? notes : [])].sort((a, b) => timeOf(a) - timeOf(b));
}

function entryOf(event: ConversationEvent, conversation: string, elsewhere: boolean): Entry {
  return { kind: 'event', key: `${conversation}/${String(event.seq)}`, event, elsewhere };
}

/** A reply goes into every conversation of the case at the same moment; by that it is known. */
function keyOf(event: ConversationEvent): string | null {
  return event.type === 'message' && event.author === 'caseworker'
    ? `${event.at} ${event.name ?? ''}`
    : null;
}

function timeOf(entry: Entry): number {
  return Date.parse(entry.kind === 'note' ? entry.note.at : entry.event.at);
}
