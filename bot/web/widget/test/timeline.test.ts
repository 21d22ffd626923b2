import { describe, expect, it } from 'vitest';
import { Timeline } from '../src/timeline';
import { message, state } from './builders';

describe('Timeline', () => {
  it('keeps each number once', () => {
    const timeline = new Timeline();
    expect(timeline.add(message(1))).toBe(true);
    expect(timeline.add(message(1, { text: 'noch einmal' }))).toBe(false);
    expect(timeline.messages.map(({ text }) => text)).toEqual(['Nachricht 1']);
  });

  it('puts what comes out of turn where it belongs', () => {
    const timeline = new Timeline();
    [3, 1, 2, 5, 4].forEach((seq) => timeline.add(message(seq)));
    expect(timeline.events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
    expect(timeline.lastSeq).toBe(5);
  });

  it('knows the last state and the stored messages of the citizen', () => {
    const timeline = new Timeline();
    timeline.add(state(1, { state: 'waiting' }));
    timeline.add(message(2, { author: 'citizen', client_message_id: 'a' }));
    timeline.add(state(3, { state: 'claimed' }));
    expect(timeline.lastState?.state).toBe('claimed');
    expect(timeline.hasMessage('a')).toBe(true);
    expect(timeline.hasMessage('b')).toBe(false);
  });
});
