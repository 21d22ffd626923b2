/** Figures for the tests; every field can be overridden. */

import type { Counts, Figures, Group } from '../src/figures-model';
import { NOW } from './builders';

export function counts(change: Partial<Counts> = {}): Counts {
  return {
    requested: 0,
    picked_up: 0,
    closed: 0,
    abandoned: 0,
    returned: 0,
    merged: 0,
    withdrawn: 0,
    open: 0,
    calls_answered: 0,
    calls_missed: 0,
    pickup: { cases: 0, median_s: null, p90_s: null },
    handling: { cases: 0, median_s: null, p90_s: null },
    ...change,
  };
}

export function group(key: string, requested: number, title: string | null = null): Group {
  return { ...counts({ requested }), key, title };
}

export function figures(change: Partial<Figures> = {}): Figures {
  return {
    from: '2026-11-15',
    to: '2026-11-21',
    offices: ['kfz'],
    now: {
      at: NOW,
      waiting: { chat: 2, call: 1, callback: 1, message: 0 },
      longest_wait_s: null,
      claimed: 3,
      snoozed: 1,
      overdue: 0,
      present: 4,
    },
    total: counts({
      requested: 45,
      picked_up: 40,
      closed: 38,
      abandoned: 2,
      open: 7,
      calls_answered: 5,
      calls_missed: 1,
      pickup: { cases: 40, median_s: 180, p90_s: 3900 },
      handling: { cases: 2, median_s: null, p90_s: null },
    }),
    by_office: [group('kfz', 45)],
    by_language: [group('de', 30), group('tr', 12), group('other', 3)],
    by_channel: [group('web', 40), group('phone', 5)],
    by_kind: [group('chat', 45)],
    by_day: [group('2026-11-20', 40), group('2026-11-21', 5)],
    by_hour: [{ weekday: 4, hour: 10, requested: 40, abandoned: 2, pickup_median_s: 180 }],
    by_service: [group('kfz_ummeldung', 40, 'Fahrzeug ummelden'), group('none', 5)],
    by_reason: [group('requested', 45)],
    by_close_reason: [group('resolved', 30), group('other', 8)],
    satisfaction: [{ office: 'kfz', helpful: 0, not_helpful: 0 }],
    conversations: { total: 300, handed_over: 45 },
    ...change,
  };
}
