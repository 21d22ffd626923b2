/** How long to wait before the next try: twice as long each time, with some spread. */

export interface Backoff {
  readonly firstMs: number;
  readonly longestMs: number;
}

/** The spread keeps all browsers from returning in the same second after an outage. */
export function pauseMs(failures: number, { firstMs, longestMs }: Backoff, random = Math.random): number {
  return Math.min(longestMs, firstMs * 2 ** Math.max(0, failures - 1)) * (0.5 + random());
}
