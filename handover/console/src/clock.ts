/** The server's time as seen from here: waits are counted by its clock, not by the computer's. */

export class ServerClock {
  #offsetMs: number | null = null;

  constructor(private readonly localNow: () => number = Date.now) {}

  now(): number {
    return this.localNow() + (this.#offsetMs ?? 0);
  }

  /** Takes the `Date` header of an answer as a first estimate. */
  estimate(header: string | null): void {
    const at = Date.parse(header ?? '');
    if (this.#offsetMs === null && !Number.isNaN(at)) {
      this.#offsetMs = at - this.localNow();
    }
  }

  /** Nothing can have happened in the future: a later time stamp puts the clock forward. */
  observe(iso: string): void {
    const at = Date.parse(iso);
    if (!Number.isNaN(at) && at > this.now()) {
      this.#offsetMs = at - this.localNow();
    }
  }
}
