/** Sound of any rate, as it comes, as what the recogniser takes. */

export const SPEECH_RATE = 16_000;

/** How many times the kernel crosses zero on each side: more is steeper and slower. */
const CROSSINGS = 12;
/** Where the pass band ends, of what the lower rate can hold. */
const PASS = 0.92;

/** Windowed sinc: what lies above the new rate's band is kept out, or it would come back as noise. */
export class Resampler {
  readonly #step: number;
  readonly #cutoff: number;
  readonly #reach: number;
  /** What is still needed, with silence before the beginning. */
  #held: Float32Array;
  /** Where in it the next sample stands. */
  #at: number;

  constructor(rate: number, to = SPEECH_RATE) {
    this.#step = rate / to;
    this.#cutoff = PASS * Math.min(1, to / rate);
    this.#reach = Math.ceil(CROSSINGS / this.#cutoff);
    this.#held = new Float32Array(this.#reach);
    this.#at = this.#reach;
  }

  /** The 16-bit samples that are ready after these. */
  take(samples: Float32Array): Int16Array<ArrayBuffer> {
    this.#append(samples);
    const last = this.#held.length - this.#reach - 1;
    const ready = Math.max(0, Math.floor((last - this.#at) / this.#step) + 1);
    const taken = new Int16Array(ready);
    for (let index = 0; index < ready; index += 1) {
      const value = Math.round(this.#sampleAt(this.#at) * 32_768);
      taken[index] = Math.max(-32_768, Math.min(32_767, value));
      this.#at += this.#step;
    }
    this.#forget();
    return taken;
  }

  #sampleAt(at: number): number {
    const first = Math.ceil(at) - this.#reach;
    const end = Math.floor(at) + this.#reach;
    let sum = 0;
    for (let index = Math.max(0, first); index <= end; index += 1) {
      sum += (this.#held[index] ?? 0) * this.#kernel(index - at);
    }
    return sum;
  }

  #kernel(distance: number): number {
    if (Math.abs(distance) >= this.#reach) {
      return 0;
    }
    const turn = Math.PI * this.#cutoff * distance;
    const sinc = turn === 0 ? 1 : Math.sin(turn) / turn;
    const window = 0.5 + 0.5 * Math.cos((Math.PI * distance) / this.#reach);
    return this.#cutoff * sinc * window;
  }

  #append(samples: Float32Array): void {
    const longer = new Float32Array(this.#held.length + samples.length);
    longer.set(this.#held);
    longer.set(samples, this.#held.length);
    this.#held = longer;
  }

  #forget(): void {
    const done = Math.max(0, Math.floor(this.#at) - this.#reach);
    this.#held = this.#held.slice(done);
    this.#at -= done;
  }
}
