/** Events as the server sends them, with what a test does not care about filled in. */

import type { MessageEvent, Part, StateEvent } from '../src/model';

const AT = '2026-11-23T09:00:00Z';

export function message(seq: number, fields: Partial<MessageEvent> = {}): MessageEvent {
  const author = fields.author ?? 'bot';
  return {
    seq,
    type: 'message',
    at: AT,
    author,
    automated: author === 'bot' || author === 'system',
    text: `Nachricht ${seq}`,
    language: 'de',
    parts: [],
    translation: null,
    service: null,
    client_message_id: null,
    name: null,
    ...fields,
  };
}

export function withParts(...parts: Part[]): MessageEvent {
  return message(1, { parts });
}

export function state(seq: number, fields: Partial<StateEvent> = {}): StateEvent {
  return { seq, type: 'state', at: AT, state: 'bot', ...fields };
}
