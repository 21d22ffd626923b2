/** Plays a WAV while it still comes in. */

import { SPEECH_RATE } from './resample';

const HEADER = 44;
/** A start without a gap after the first piece. */
const LEAD_S = 0.06;
/** Pieces of a tenth of a second: short enough to begin early, long enough to be few. */
const PIECE = SPEECH_RATE / 10;

export class Player {
  readonly #context = new AudioContext({ sampleRate: SPEECH_RATE });
  #from = 0;
  #rest = new Uint8Array(0);
  #skip = HEADER;
  #stopped = false;

  /** Ends when everything was heard, or with `stop`; fails where the stream does. */
  async play(sound: ReadableStream<Uint8Array<ArrayBuffer>>, onFirst: () => void): Promise<void> {
    await this.#context.resume();
    const reader = sound.getReader();
    for (let next = await reader.read(); !next.done && !this.#stopped; next = await reader.read()) {
      this.#take(next.value, PIECE);
      if (this.#from > 0) {
        onFirst();
      }
    }
    this.#take(new Uint8Array(0), 1);
    await this.#heard();
  }

  stop(): void {
    if (!this.#stopped) {
      this.#stopped = true;
      this.#context.close().catch(() => undefined);
    }
  }

  #take(bytes: Uint8Array<ArrayBuffer>, least: number): void {
    const skipped = Math.min(this.#skip, bytes.length);
    this.#skip -= skipped;
    const all = new Uint8Array(this.#rest.length + bytes.length - skipped);
    all.set(this.#rest);
    all.set(bytes.subarray(skipped), this.#rest.length);
    const whole = all.length >> 1;
    if (whole < least || this.#stopped) {
      this.#rest = all;
      return;
    }
    this.#rest = all.slice(whole * 2);
    const view = new DataView(all.buffer);
    const buffer = this.#context.createBuffer(1, whole, SPEECH_RATE);
    const samples = buffer.getChannelData(0);
    for (let index = 0; index < whole; index += 1) {
      samples[index] = view.getInt16(index * 2, true) / 32_768;
    }
    this.#schedule(buffer);
  }

  #schedule(buffer: AudioBuffer): void {
    const source = this.#context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.#context.destination);
    // The line may be slower than the voice: then there is a pause, and nothing is skipped.
    this.#from = Math.max(this.#from, this.#context.currentTime + LEAD_S);
    source.start(this.#from);
    this.#from += buffer.duration;
  }

  async #heard(): Promise<void> {
    while (!this.#stopped && this.#context.currentTime < this.#from) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    this.stop();
  }
}
