/** Turns figures into what the charts show: durations, days, weeks, months, the hours of a week. */

import type { DayRange, Group, Hour } from './figures-model';
import { figuresTexts as texts } from './figures-texts';

/** What stands for a figure that does not exist: a zero would be a lie. */
export const NO_FIGURE = '–';

const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;

/** "45 s", "3 min", "1 h 5 min", "2 Tage 3 h". */
export function formatDuration(seconds: number | null): string {
  if (seconds === null) {
    return NO_FIGURE;
  }
  if (seconds < MINUTE_S) {
    return texts.duration.seconds(Math.round(seconds));
  }
  const minutes = Math.round(seconds / MINUTE_S);
  if (minutes < 60) {
    return texts.duration.minutes(minutes);
  }
  if (minutes * MINUTE_S < DAY_S) {
    return texts.duration.hours(Math.floor(minutes / 60), minutes % 60);
  }
  const hours = Math.round(seconds / HOUR_S);
  return texts.duration.days(Math.floor(hours / 24), hours % 24);
}

// --- days of the county

const localDay = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'Europe/Berlin',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
});
const noon = (day: string): Date => new Date(`${day}T12:00:00Z`);

export function dayOf(ms: number): string {
  return localDay.format(ms);
}

export function addDays(day: string, days: number): string {
  const at = noon(day);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

/** The last days up to today, today included. */
export function lastDays(count: number, nowMs: number): DayRange {
  const to = dayOf(nowMs);
  return { from: addDays(to, 1 - count), to };
}

/** Monday is 0. */
function weekdayOf(day: string): number {
  return (noon(day).getUTCDay() + 6) % 7;
}

// --- bars over time

export interface Bar {
  readonly key: string;
  readonly label: string;
  readonly value: number;
}

export interface TimeBars {
  readonly unit: 'day' | 'week' | 'month';
  readonly bars: readonly Bar[];
}

/** More bars than this stand too close to be read. */
const MOST_BARS = 31;

const shortDay = new Intl.DateTimeFormat('de-DE', { timeZone: 'UTC', day: 'numeric', month: 'numeric' });
const month = new Intl.DateTimeFormat('de-DE', { timeZone: 'UTC', month: 'short', year: 'numeric' });

/** Days as they are while they can be read; then weeks, then months. */
export function barsOverTime(days: readonly Group[]): TimeBars {
  if (days.length <= MOST_BARS) {
    const bars = days.map(({ key, requested }) => ({ key, label: labelDay(key), value: requested }));
    return { unit: 'day', bars };
  }
  return days.length <= MOST_BARS * 7
    ? { unit: 'week', bars: summed(days, (day) => addDays(day, -weekdayOf(day)), (key) => shortDay.format(noon(key))) }
    : { unit: 'month', bars: summed(days, (day) => `${day.slice(0, 7)}-01`, (key) => month.format(noon(key))) };
}

function labelDay(day: string): string {
  return `${texts.weekdaysShort[weekdayOf(day)] ?? ''} ${shortDay.format(noon(day))}`;
}

function summed(
  days: readonly Group[],
  keyOf: (day: string) => string,
  labelOf: (key: string) => string,
): readonly Bar[] {
  const sums = new Map<string, number>();
  for (const { key, requested } of days) {
    sums.set(keyOf(key), (sums.get(keyOf(key)) ?? 0) + requested);
  }
  return [...sums].map(([key, value]) => ({ key, label: labelOf(key), value }));
}

// --- the hours of a week

export interface HourRow {
  readonly hour: number;
  /** Monday first. */
  readonly counts: readonly number[];
}

/** Shown even where nobody asked, so that the picture keeps its shape. */
const OFFICE_HOURS = [8, 15] as const;

/** One row per hour, from the first to the last in which anybody asked. */
export function hourRows(hours: readonly Hour[]): readonly HourRow[] {
  const asked = hours.filter(({ requested }) => requested > 0).map(({ hour }) => hour);
  const first = Math.min(OFFICE_HOURS[0], ...asked);
  const last = Math.max(OFFICE_HOURS[1], ...asked);
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const hour = first + index;
    const counts = texts.weekdays.map(
      (_name, weekday) =>
        hours.find((known) => known.hour === hour && known.weekday === weekday)?.requested ?? 0,
    );
    return { hour, counts };
  });
}

/** The busiest hour of the week, or null where nobody asked. */
export function busiest(hours: readonly Hour[]): Hour | null {
  const most = hours.reduce<Hour | null>(
    (found, hour) => (hour.requested > (found?.requested ?? 0) ? hour : found),
    null,
  );
  return most;
}
