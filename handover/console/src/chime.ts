/** Two short tones for a new case, made here so that no sound file is needed. */

const TONES_HZ = [660, 880] as const;
const TONE_S = 0.14;

let context: AudioContext | null = null;

export function playChime(): void {
  try {
    context ??= new AudioContext();
    // Browsers hold audio back until the page was used once; until then there is no tone.
    void context.resume();
    TONES_HZ.forEach((hz, index) => {
      if (context !== null) {
        playTone(context, hz, context.currentTime + index * TONE_S);
      }
    });
  } catch {
    // No audio on this computer: the title and the list still tell.
  }
}

function playTone(audio: AudioContext, hz: number, startS: number): void {
  const oscillator = audio.createOscillator();
  const gain = audio.createGain();
  oscillator.frequency.value = hz;
  gain.gain.setValueAtTime(0.0001, startS);
  gain.gain.exponentialRampToValueAtTime(0.12, startS + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.0001, startS + TONE_S);
  oscillator.connect(gain).connect(audio.destination);
  oscillator.start(startS);
  oscillator.stop(startS + TONE_S);
}
