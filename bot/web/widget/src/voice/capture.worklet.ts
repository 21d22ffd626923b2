/** Runs in the browser's audio thread: passes on what the microphone gives, in handy pieces. */

const PIECE = 1024;

class Capture extends AudioWorkletProcessor {
  #piece = new Float32Array(PIECE);
  #filled = 0;

  process([input]: readonly (readonly Float32Array[])[]): boolean {
    for (const sample of input?.[0] ?? []) {
      this.#piece[this.#filled] = sample;
      this.#filled += 1;
      if (this.#filled === PIECE) {
        this.port.postMessage(this.#piece, [this.#piece.buffer]);
        this.#piece = new Float32Array(PIECE);
        this.#filled = 0;
      }
    }
    return true;
  }
}

registerProcessor('kreislotse-capture', Capture);

export {};
