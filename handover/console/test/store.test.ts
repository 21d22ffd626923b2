import { describe, expect, it } from 'vitest';
import type { ConversationEvent, Handover, StaffEvent } from '../src/model';
import { initialState, isBehind, outboxOf, reduce, unreadCount, type Action, type DeskState } from '../src/store';
import { timelineOf } from '../src/timeline';
import { aCall, aHandover, aMessage, colleague, mine, NOW } from './builders';
import { FakeServer } from './fake-server';

const play = (actions: readonly Action[], state = initialState): DeskState =>
  actions.reduce(reduce, state);
const received = (event: StaffEvent): Action => ({ type: 'event_received', event });
const told = (seq: number, handover: Handover): Action =>
  received({ type: 'handover', seq, at: NOW, handover });
const said = (seq: number, id: string, event: ConversationEvent, conversation = 'c1'): Action =>
  received({ type: 'message', seq, at: NOW, handover_id: id, conversation_id: conversation, event });
const loaded = (seq: number, handover: Handover, events: readonly ConversationEvent[]): Action => ({
  type: 'conversation_loaded',
  detail: { handover, events, also: [], notes: [], attachments: [], seq, machine_translation: false },
});
const handoversOf = (state: DeskState): Map<string, Handover> =>
  new Map([...state.handovers].map(([id, known]) => [id, known.handover]));

/** Small repeatable randomness: the same seed tells the same story. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

/** Something that may happen to one of five handovers at any time. */
function step(server: FakeServer, roll: (sides: number) => number): void {
  const id = `h${String(roll(5))}`;
  const handover = server.handovers.get(id);
  if (handover === undefined) {
    server.request(id, { priority: roll(4) === 0 ? 'crisis' : 'normal' });
    return;
  }
  if (roll(2) === 0) {
    server.say(id, { author: roll(2) === 0 ? 'citizen' : 'caseworker', text: `Text ${String(roll(99))}` });
    return;
  }
  if (roll(4) === 0 && handover.merged_into === null) {
    server.note(id, `Notiz ${String(roll(99))}`);
    return;
  }
  if (roll(8) === 0) {
    server.leave(id);
    return;
  }
  const other = `h${String(roll(5))}`;
  const canMerge = other !== id && server.handovers.get(other)?.merged_into === null;
  const changes: Partial<Handover>[] = [
    { state: 'claimed', claimed_by: colleague, claimed_at: NOW },
    { state: 'waiting', claimed_by: null, claimed_at: null },
    { state: 'closed', closed_at: NOW, close_reason: 'resolved' },
    { state: 'withdrawn', closed_at: NOW },
    { state: 'claimed', claimed_by: colleague, snoozed_until: NOW, snooze_reason: 'documents' },
    { state: 'waiting', offered_to: colleague, offered_at: NOW },
    { state: 'waiting', kind: 'call', channel: 'phone', calls: [aCall()] },
    { state: 'claimed', claimed_by: colleague, calls: [aCall({ state: 'talking', answered_at: NOW })] },
    { state: 'waiting', kind: 'callback', calls: [aCall({ state: 'missed', ended_at: NOW })] },
    { state: 'waiting', office: 'abh', team: 'ausweise', merged_into: null },
    ...(canMerge ? [{ state: 'merged', closed_at: NOW, merged_into: other } as const] : []),
  ];
  server.change(id, changes[roll(changes.length)] ?? {});
}

const STATES = ['waiting', 'claimed', 'closed'] as const;

describe('snapshot plus events', () => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed))(
    'equals the fresh snapshot, story %i',
    (seed) => {
      const roll = dice(seed + 1);
      const server = new FakeServer();
      const run = (steps: number): void => {
        for (let n = 0; n < steps; n += 1) {
          step(server, roll);
        }
      };
      run(roll(20));
      // Things go on happening between the three pages of the snapshot.
      const pages = STATES.map((state) => {
        run(roll(4));
        return server.page(state);
      });
      run(roll(30));

      const old = play([{ type: 'snapshot_taken', pages }]);
      const caughtUp = play(
        server.feedAfter(old.seq).map(received),
        old,
      );
      const fresh = play([{ type: 'snapshot_taken', pages: STATES.map((s) => server.page(s)) }]);

      expect(handoversOf(caughtUp)).toEqual(handoversOf(fresh));
      expect(caughtUp.seq).toBe(server.seq);
    },
  );

  it.each(Array.from({ length: 60 }, (_, seed) => seed))(
    'equals the freshly loaded conversation, story %i',
    (seed) => {
      const roll = dice(seed + 100);
      const server = new FakeServer();
      server.request('h0');
      const detail = () => server.detail('h0');
      for (let n = 0; n < 10; n += 1) {
        step(server, roll);
      }
      // Nobody is shown a case that has left.
      const old: Action[] = server.handovers.has('h0')
        ? [{ type: 'conversation_loaded', detail: detail() }]
        : [];
      for (let n = 0; n < 20; n += 1) {
        step(server, roll);
      }
      // The answer may overtake the feed or fall behind it.
      const feed = server.feed.map(received);
      const cut = roll(feed.length);
      const state = play([
        { type: 'conversation_requested', id: 'h0' },
        ...feed.slice(0, cut),
        ...old,
        ...feed.slice(cut),
      ]);
      // What the feed does not bring is asked for, as the desk does it.
      const whole = isBehind(state, 'h0')
        ? play([{ type: 'conversation_loaded', detail: detail() }], state)
        : state;

      const conversation = whole.conversations.get('h0');
      if (server.handovers.has('h0') && conversation?.loaded === true) {
        const { events, also, notes } = detail();
        expect(conversation).toMatchObject({ events, also, notes, staleSince: null });
        expect(isBehind(whole, 'h0')).toBe(false);
      } else {
        expect(conversation).toBeUndefined();
      }
    },
  );

  it('tells of a note in the conversation and in the row', () => {
    const note = { id: 'n1', at: NOW, by: 'Frau Beispiel', text: 'Akte liegt bei mir.' };
    const noted = received({ type: 'note', seq: 7, at: NOW, handover_id: 'h1', note, notes: 3 });
    const state = play([loaded(6, mine({ notes: 2 }), []), noted]);
    expect(state.conversations.get('h1')?.notes).toEqual([note]);
    expect(state.handovers.get('h1')?.handover.notes).toBe(3);
  });

  it('puts words of a merged conversation where they belong, and asks for one it does not know', () => {
    const also = [{ conversation_id: 'c2', language: 'tr', events: [aMessage()] }];
    const detail = { handover: mine(), events: [], also, notes: [], attachments: [], seq: 6, machine_translation: false };
    const before = play([{ type: 'conversation_loaded', detail }]);
    const known = play([said(7, 'h1', aMessage({ seq: 2 }), 'c2')], before);
    expect(known.conversations.get('h1')?.also[0]?.events.map((event) => event.seq)).toEqual([1, 2]);
    expect(known.conversations.get('h1')?.events).toEqual([]);
    expect([isBehind(known, 'h1'), unreadCount(known, 'h1')]).toEqual([false, 2]);

    const strange = play([said(7, 'h1', aMessage({ seq: 1 }), 'c3')], before);
    expect(isBehind(strange, 'h1')).toBe(true);
  });

  it('shows the other conversation only as long as the cases are one', () => {
    const merged = aHandover({ id: 'h2', conversation_id: 'c2', state: 'merged', merged_into: 'h1' });
    const joined = play([loaded(1, mine(), []), told(2, merged)]);
    expect(isBehind(joined, 'h1')).toBe(true);
    const also = [{ conversation_id: 'c2', language: 'tr', events: [aMessage()] }];
    const detail = { handover: mine(), events: [], also, notes: [], attachments: [], seq: 2, machine_translation: false };
    const parted = play(
      [{ type: 'conversation_loaded', detail }, told(3, { ...merged, state: 'waiting', merged_into: null })],
      joined,
    );
    expect(parted.conversations.get('h1')?.also).toEqual([]);
  });

  it('lets no late answer bring back a case that has left', () => {
    const gone = received({ type: 'gone', seq: 5, at: NOW, handover_id: 'h1' });
    const state = play([
      loaded(1, mine(), []),
      gone,
      loaded(4, mine(), [aMessage()]),
      { type: 'handover_confirmed', handover: mine(), since: 4 },
    ]);
    expect([state.handovers.size, state.conversations.size]).toEqual([0, 0]);
  });

  it('takes every event once', () => {
    const event = said(7, 'h1', aMessage({ seq: 2 }));
    const state = play([loaded(6, mine({ last_seq: 1 }), [aMessage()]), event, event]);
    expect(state.conversations.get('h1')?.events.map((e) => e.seq)).toEqual([1, 2]);
  });

  it('does not let an older page overwrite a newer one', () => {
    const state = play([
      {
        type: 'snapshot_taken',
        pages: [
          { handovers: [mine()], seq: 12 },
          { handovers: [aHandover()], seq: 10 },
        ],
      },
      told(11, aHandover({ preview: 'alt' })),
    ]);
    expect(state.handovers.get('h1')?.handover.state).toBe('claimed');
  });

  it('ignores typing', () => {
    const typing = received({ type: 'typing', handover_id: 'h1' });
    expect(reduce(initialState, typing)).toBe(initialState);
  });
});

describe('answers to own requests', () => {
  it('count at once', () => {
    const state = play([
      told(1, aHandover()),
      { type: 'handover_confirmed', handover: mine(), since: 1 },
    ]);
    expect(state.handovers.get('h1')?.handover.state).toBe('claimed');
  });

  it('do not undo what the feed has told meanwhile', () => {
    const state = play([
      told(1, aHandover()),
      told(3, aHandover({ state: 'withdrawn' })),
      { type: 'handover_confirmed', handover: mine(), since: 1 },
    ]);
    expect(state.handovers.get('h1')?.handover.state).toBe('withdrawn');
  });
});

describe('a conversation', () => {
  it('behind its handover is noticed, because the feed does not tell of every event', () => {
    const state = play([
      loaded(1, mine({ last_seq: 1 }), [aMessage()]),
      told(2, aHandover({ last_seq: 2 })),
    ]);
    expect(isBehind(state, 'h1')).toBe(true);
  });

  it('shows its last words as short as a snapshot does', () => {
    const long = aMessage({ seq: 1, text: 'ü'.repeat(200) });
    const state = play([told(1, aHandover()), said(2, 'h1', long)]);
    expect(state.handovers.get('h1')?.handover.preview).toBe(`${'ü'.repeat(159)}…`);
  });

  it('is forgotten when the citizen deletes it', () => {
    const gone = received({ type: 'gone', seq: 2, at: NOW, handover_id: 'h1' });
    const state = play([loaded(1, mine(), [aMessage()]), gone]);
    expect([state.seq, state.handovers.size, state.conversations.size]).toEqual([2, 0, 0]);
  });
});

describe('the timeline', () => {
  const also = (events: readonly ConversationEvent[]): Action => ({
    type: 'conversation_loaded',
    detail: {
      handover: mine(),
      events: [
        aMessage({ seq: 1, at: '2026-11-21T10:00:00Z' }),
        aMessage({ seq: 2, at: '2026-11-21T10:05:00Z', author: 'caseworker', name: 'Frau Müller' }),
      ],
      also: [{ conversation_id: 'c2', language: 'tr', events }],
      notes: [{ id: 'n1', at: '2026-11-21T10:02:00Z', by: 'Frau Müller', text: 'Notiz' }],
      attachments: [],
      seq: 1,
      machine_translation: false,
    },
  });
  const keys = (state: DeskState): string[] => {
    const conversation = state.conversations.get('h1');
    return conversation === undefined ? [] : timelineOf(conversation).map((entry) => entry.key);
  };

  it('puts both conversations and the notes in the order of time', () => {
    const other = aMessage({ seq: 1, at: '2026-11-21T10:01:00Z' });
    expect(keys(play([also([other])]))).toEqual(['own/1', 'c2/1', 'n1', 'own/2']);
  });

  it('shows a reply once, though it went into both conversations', () => {
    const copy = aMessage({ seq: 1, at: '2026-11-21T10:05:00Z', author: 'caseworker', name: 'Frau Müller' });
    expect(keys(play([also([copy])]))).toEqual(['own/1', 'n1', 'own/2']);
  });
});

describe('outbox', () => {
  const queued: Action = {
    type: 'message_queued',
    id: 'h1',
    message: {
      clientMessageId: 'm-1',
      text: 'Guten Tag',
      answers: null,
      at: NOW,
      status: 'queued',
      seq: null,
      problem: null,
    },
  };
  const reply = aMessage({ seq: 2, author: 'caseworker', client_message_id: '7:m-1' });

  it('empties when the feed shows the message before the answer comes', () => {
    const state = play([loaded(1, mine(), []), queued, said(2, 'h1', reply)]);
    expect(outboxOf(state, 'h1')).toEqual([]);
  });

  it('empties by number when the answer comes after the feed', () => {
    const state = play([
      loaded(1, mine(), []),
      queued,
      said(2, 'h1', { ...reply, client_message_id: null }),
      { type: 'message_changed', id: 'h1', clientMessageId: 'm-1', change: { status: 'accepted', seq: 2 } },
    ]);
    expect(outboxOf(state, 'h1')).toEqual([]);
  });

  it('keeps what the conversation does not show yet', () => {
    const state = play([loaded(1, mine(), [aMessage()]), queued]);
    expect(outboxOf(state, 'h1')).toHaveLength(1);
  });
});

describe('unread messages', () => {
  const events = [
    aMessage({ seq: 1 }),
    aMessage({ seq: 2, author: 'caseworker' }),
    aMessage({ seq: 3 }),
    aMessage({ seq: 4, author: 'bot', automated: true }),
    aMessage({ seq: 5 }),
  ];

  it('are those after the last reply, until the conversation was shown', () => {
    expect(unreadCount(play([loaded(1, mine(), events)]), 'h1')).toBe(2);
  });

  it('are those after the last one seen', () => {
    const state = play([loaded(1, mine(), events), { type: 'conversation_read', id: 'h1', seq: 3 }]);
    expect(unreadCount(state, 'h1')).toBe(1);
  });

  it('never come back by an older mark', () => {
    const state = play([
      loaded(1, mine(), events),
      { type: 'conversation_read', id: 'h1', seq: 5 },
      { type: 'conversation_read', id: 'h1', seq: 3 },
    ]);
    expect(unreadCount(state, 'h1')).toBe(0);
  });
});
