/** Handovers, messages and sessions for the tests; every field can be overridden. */

import type { Call, Handover, MessageEvent, Session } from '../src/model';

export const NOW = '2026-11-21T10:00:00Z';

export const session: Session = {
  username: 'mueller',
  name: 'Frau Müller',
  offices: ['kfz', 'abh'],
  role: 'caseworker',
  memberships: [
    { office: 'kfz', role: 'caseworker', team: null },
    { office: 'abh', role: 'caseworker', team: null },
  ],
  languages: ['de', 'tr'],
  extension: '211',
  away: false,
  must_change_password: false,
};

export const colleague = { username: 'beispiel', name: 'Frau Beispiel' };

export function aHandover(change: Partial<Handover> = {}): Handover {
  return {
    id: 'h1',
    conversation_id: 'c1',
    office: 'kfz',
    team: null,
    kind: 'chat',
    priority: 'normal',
    state: 'waiting',
    requested_at: NOW,
    claimed_by: null,
    claimed_at: null,
    closed_at: null,
    close_reason: null,
    due_at: null,
    snoozed_until: null,
    snooze_reason: null,
    offered_to: null,
    offered_at: null,
    merged_into: null,
    attempts: [],
    calls: [],
    notes: 0,
    channel: 'web',
    language: 'de',
    service: 'kfz_ummeldung',
    service_title: 'Fahrzeug ummelden',
    aspect: null,
    reason: 'requested',
    preview: '',
    phone: null,
    caller: null,
    text: null,
    text_german: null,
    text_not_translated: null,
    last_seq: 0,
    citizen_read_seq: 0,
    held: false,
    ...change,
  };
}

/** A call that rings at this caseworker's. */
export function aCall(change: Partial<Call> = {}): Call {
  return {
    extension: '211',
    to: { username: session.username, name: session.name },
    state: 'ringing',
    dialled_at: NOW,
    answered_at: null,
    ended_at: null,
    outcome: null,
    ...change,
  };
}

/** Somebody on the phone who is being put through. */
export function aCaller(change: Partial<Handover> = {}): Handover {
  return aHandover({
    kind: 'call', channel: 'phone', caller: '+49 30 23125987', calls: [aCall()], ...change,
  });
}

export function mine(change: Partial<Handover> = {}): Handover {
  return aHandover({
    state: 'claimed',
    claimed_by: { username: session.username, name: session.name },
    claimed_at: NOW,
    ...change,
  });
}

export function aMessage(change: Partial<MessageEvent> = {}): MessageEvent {
  return {
    seq: 1,
    type: 'message',
    at: NOW,
    author: 'citizen',
    automated: false,
    text: 'Hallo',
    language: 'de',
    translation: null,
    client_message_id: null,
    name: null,
    ...change,
  };
}
