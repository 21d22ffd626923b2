/** Turns times, languages and codes into the German words on the screen. */

import type { Call, Handover, Session } from './model';
import { WORKING_LANGUAGE } from './model';
import { texts } from './texts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Up to here every second counts for whoever waits; afterwards a running clock only distracts. */
const CLOCK_UNTIL_MS = 10 * MINUTE_MS;

const pad = (value: number): string => String(value).padStart(2, '0');

export function formatWait(waitedMs: number): string {
  const ms = Math.max(0, waitedMs);
  const minutes = Math.floor(ms / MINUTE_MS);
  if (ms < CLOCK_UNTIL_MS) {
    return `${pad(minutes)}:${pad(Math.floor(ms / 1000) % 60)}`;
  }
  if (minutes < 60) {
    return texts.wait.minutes(minutes);
  }
  const hours = Math.floor(minutes / 60);
  return hours < 24
    ? texts.wait.hours(hours, pad(minutes % 60))
    : texts.wait.days(Math.floor(hours / 24));
}

/** The same wait for screen readers, in whole minutes so that it does not change each second. */
export function speakWait(waitedMs: number): string {
  const minutes = Math.floor(Math.max(0, waitedMs) / MINUTE_MS);
  if (minutes === 0) {
    return texts.wait.spokenSeconds;
  }
  return minutes < 60
    ? texts.wait.spokenMinutes(minutes)
    : texts.wait.spoken(formatWait(waitedMs));
}

/** The county's time, wherever the browser believes to be. */
const timeZone = 'Europe/Berlin';
const clock = new Intl.DateTimeFormat('de-DE', { timeZone, hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat('de-DE', {
  timeZone,
  day: '2-digit',
  month: '2-digit',
  year: 'numeric',
});

/** "10:05 Uhr" today, "20.11.2026, 10:05 Uhr" on any other day. */
export function formatTime(iso: string, nowMs: number): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) {
    return '';
  }
  return day.format(at) === day.format(nowMs)
    ? texts.time.clock(clock.format(at))
    : texts.time.dayAndClock(day.format(at), clock.format(at));
}

/** "heute, 14:00 Uhr", "morgen, 09:00 Uhr", otherwise with the date. */
export function formatUntil(iso: string, nowMs: number): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) {
    return '';
  }
  const time = clock.format(at);
  switch (day.format(at)) {
    case day.format(nowMs):
      return texts.time.today(time);
    case day.format(nowMs + DAY_MS):
      return texts.time.tomorrow(time);
    default:
      return texts.time.dayAndClock(day.format(at), time);
  }
}

/** "1,4 MB", as people say how large a file is. */
export function formatSize(bytes: number): string {
  return bytes < 1_000_000
    ? `${Math.max(1, Math.round(bytes / 1_000)).toLocaleString('de-DE')} kB`
    : `${(bytes / 1_000_000).toLocaleString('de-DE', { maximumFractionDigits: 1 })} MB`;
}

export function formatDay(isoDay: string): string {
  const at = new Date(`${isoDay}T12:00:00Z`);
  return Number.isNaN(at.getTime()) ? isoDay : day.format(at);
}

const languages = new Intl.DisplayNames(['de'], { type: 'language', fallback: 'code' });

/** "Türkisch (tr)". */
export function nameLanguage(code: string): string {
  const name = bareLanguageName(code);
  return name === code ? code : `${name} (${code})`;
}

/** A language of ours that no list of languages knows. */
const EASY_GERMAN = 'de-x-leicht';

export function bareLanguageName(code: string): string {
  if (code === EASY_GERMAN) {
    return texts.easyGerman;
  }
  try {
    return languages.of(code) ?? code;
  } catch {
    return code;
  }
}

export function isWorkingLanguage(code: string): boolean {
  return code.split('-')[0]?.toLowerCase() === WORKING_LANGUAGE;
}

const RIGHT_TO_LEFT = new Set(['ar', 'ckb', 'dv', 'fa', 'he', 'ps', 'sd', 'ug', 'ur', 'yi']);

export function directionOf(code: string): 'ltr' | 'rtl' {
  return RIGHT_TO_LEFT.has(code.split('-')[0]?.toLowerCase() ?? '') ? 'rtl' : 'ltr';
}

/** What a handover is about: the service if one is known, otherwise why a person is needed. */
export function nameTopic(handover: Handover): string {
  return handover.service_title ?? nameCause(handover);
}

/** Whoever left a number or a message asked for that, and not to talk at once. */
export function nameCause({ reason, kind }: Handover): string {
  const isLive = kind === 'chat' || kind === 'call';
  return nameReason(reason === 'requested' && !isLive ? kind : reason);
}

export function nameReason(reason: string): string {
  return texts.reason[reason] ?? reason;
}

export function nameChannel(channel: string): string {
  return texts.channel[channel] ?? channel;
}

/** How the latest call stands, as it is told in the queue and above the case; null: none yet. */
export function nameCall(handover: Handover): string | null {
  const call = handover.calls.at(-1);
  switch (call?.state) {
    case 'ringing':
      return call.to === null
        ? texts.call.ringing(call.extension)
        : texts.call.ringingNamed(call.to.name, call.extension);
    case 'talking':
      return call.to === null ? texts.call.talking : texts.call.talkingNamed(call.to.name);
    case 'over':
      return texts.call.over;
    case 'missed':
      return `${texts.call.missed}: ${nameTry(call)}`;
    case undefined:
      return null;
  }
}

/** How one try to put a caller through ended. */
export function nameTry({ state, outcome }: Call): string {
  if (outcome !== null) {
    return texts.call.outcome[outcome];
  }
  return state === 'ringing' ? texts.call.ringsNow : texts.call.hungUp;
}

/** Whether somebody can talk to the citizen without help; German everybody here can. */
export function speaksWith(handover: Handover, session: Session): boolean {
  return isWorkingLanguage(handover.language) || session.languages.includes(handover.language);
}

/** A phone number as a `tel:` address; everything but digits and the leading plus goes. */
export function telephoneLink(phone: string): string {
  return `tel:${phone.trim().startsWith('+') ? '+' : ''}${phone.replaceAll(/\D/g, '')}`;
}
