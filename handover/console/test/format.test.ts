import { describe, expect, it } from 'vitest';
import { ServerClock } from '../src/clock';
import { directionOf, formatWait, nameLanguage, nameTopic, speakWait, telephoneLink } from '../src/format';
import { handoverHash, readHash } from '../src/route';
import { aHandover } from './builders';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

describe('waits', () => {
  it.each([
    [-5 * SECOND, '00:00'],
    [0, '00:00'],
    [59_999, '00:59'],
    [3 * MINUTE + 7 * SECOND, '03:07'],
    [10 * MINUTE - 1, '09:59'],
    [10 * MINUTE, 'seit 10 min'],
    [59 * MINUTE, 'seit 59 min'],
    [HOUR + 5 * MINUTE, 'seit 1 h 05 min'],
    [24 * HOUR, 'seit 1 Tag'],
    [75 * HOUR, 'seit 3 Tagen'],
  ])('of %i ms read "%s"', (ms, text) => {
    expect(formatWait(ms)).toBe(text);
  });

  it.each([
    [5 * SECOND, 'wartet seit weniger als einer Minute'],
    [MINUTE, 'wartet seit 1 Minute'],
    [9 * MINUTE, 'wartet seit 9 Minuten'],
    [2 * HOUR, 'wartet seit 2 h 00 min'],
  ])('of %i ms are spoken as "%s"', (ms, text) => {
    expect(speakWait(ms)).toBe(text);
  });
});

describe('the server clock', () => {
  it('follows the first answer, not the computer', () => {
    const clock = new ServerClock(() => Date.parse('2026-11-21T09:00:00Z'));
    clock.estimate('Sat, 21 Nov 2026 10:00:00 GMT');
    expect(new Date(clock.now()).toISOString()).toBe('2026-11-21T10:00:00.000Z');
  });

  it('is put forward by what has happened already', () => {
    const clock = new ServerClock(() => Date.parse('2026-11-21T09:00:00Z'));
    clock.observe('2026-11-23T10:00:00Z');
    clock.observe('2026-11-20T10:00:00Z');
    expect(new Date(clock.now()).toISOString()).toBe('2026-11-23T10:00:00.000Z');
  });
});

describe('languages', () => {
  it.each([
    ['tr', 'Türkisch (tr)'],
    ['uk', 'Ukrainisch (uk)'],
    ['de', 'Deutsch (de)'],
    ['not a code', 'not a code'],
  ])('%s is shown as %s', (code, name) => {
    expect(nameLanguage(code)).toBe(name);
  });

  it.each([
    ['ar', 'rtl'],
    ['fa-IR', 'rtl'],
    ['tr', 'ltr'],
  ])('%s runs %s', (code, direction) => {
    expect(directionOf(code)).toBe(direction);
  });
});

describe('addresses', () => {
  it('lead to a handover and back', () => {
    expect(readHash(handoverHash('a b/ü'))).toBe('a b/ü');
  });

  it.each(['', '#/', '#/handover/', '#/handover/%', '#/andere/1'])('"%s" is the queue', (hash) => {
    expect(readHash(hash)).toBeNull();
  });

  it('of phones keep only digits and the plus', () => {
    expect(telephoneLink('+49 (3331) 204-815')).toBe('tel:+493331204815');
  });
});

describe('what a case is about', () => {
  it('is its service, where one is known', () => {
    expect(nameTopic(aHandover({ service_title: 'Führerschein', kind: 'callback' }))).toBe('Führerschein');
  });

  it.each([
    ['chat', 'Möchte mit einem Menschen sprechen'],
    ['callback', 'Bittet um Rückruf'],
    ['message', 'Hat eine Nachricht hinterlassen'],
  ] as const)('is otherwise what was asked for: %s', (kind, topic) => {
    expect(nameTopic(aHandover({ service_title: null, reason: 'requested', kind }))).toBe(topic);
  });

  it('is a complaint even where a call is asked for', () => {
    expect(nameTopic(aHandover({ service_title: null, reason: 'complaint', kind: 'callback' }))).toBe('Beschwerde');
  });
});
