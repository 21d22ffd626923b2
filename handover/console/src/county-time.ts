/** Days and times of day in the county, wherever the browser believes to be. */

const ZONE = 'Europe/Berlin';
const DAY_MS = 86_400_000;

// Swedish writes dates as ISO does.
const day = new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE });
const wall = new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE, dateStyle: 'short', timeStyle: 'medium' });

export interface CountyTime {
  /** ISO date. */
  readonly today: string;
  readonly tomorrow: string;
  /** The instant at which clocks there show this; empty if that is no time. */
  readonly at: (isoDay: string, time: string) => string;
}

export function countyTime(nowMs: number): CountyTime {
  const today = day.format(nowMs);
  const noon = Date.parse(`${today}T12:00:00Z`);
  return { today, tomorrow: new Date(noon + DAY_MS).toISOString().slice(0, 10), at: instantOf };
}

function instantOf(isoDay: string, time: string): string {
  const asUtc = Date.parse(`${isoDay}T${time}:00Z`);
  if (Number.isNaN(asUtc)) {
    return '';
  }
  // The offset at the guess may be that of the other side of a clock change: once more settles it.
  const guess = asUtc - offsetAt(asUtc);
  return new Date(asUtc - offsetAt(guess)).toISOString();
}

/** How far the county's clocks are ahead of UTC, in milliseconds. */
function offsetAt(ms: number): number {
  return Date.parse(`${wall.format(ms).replace(' ', 'T')}Z`) - Math.floor(ms / 1_000) * 1_000;
}
