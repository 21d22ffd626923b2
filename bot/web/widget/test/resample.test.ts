import { describe, expect, it } from 'vitest';
import { Resampler, SPEECH_RATE } from '../src/voice/resample';

const SECONDS = 0.5;

const tone = (hertz: number, rate: number) =>
  Float32Array.from({ length: rate * SECONDS }, (_, index) => 0.5 * Math.sin((2 * Math.PI * hertz * index) / rate));

const resampled = (sound: Float32Array, rate: number, piece = 1024) => {
  const resampler = new Resampler(rate);
  const taken: number[] = [];
  for (let start = 0; start < sound.length; start += piece) {
    taken.push(...resampler.take(sound.slice(start, start + piece)));
  }
  return taken;
};

/** The strength of one frequency, from 0 to 1 of the full scale. */
const strength = (samples: readonly number[], hertz: number) => {
  const [real, imaginary] = samples.reduce<[number, number]>(
    ([re, im], sample, index) => {
      const angle = (2 * Math.PI * hertz * index) / SPEECH_RATE;
      return [re + sample * Math.cos(angle), im + sample * Math.sin(angle)];
    },
    [0, 0],
  );
  return (2 * Math.hypot(real, imaginary)) / samples.length / 32_768;
};

describe.each([16_000, 44_100, 48_000, 8_000])('sound at %i Hz', (rate) => {
  it('keeps its length and what speech is made of', () => {
    for (const hertz of [200, 1000, 3000]) {
      const taken = resampled(tone(hertz, rate), rate);
      expect(Math.abs(taken.length - SPEECH_RATE * SECONDS)).toBeLessThan(60);
      expect(strength(taken, hertz)).toBeGreaterThan(0.48);
      expect(strength(taken, hertz)).toBeLessThan(0.52);
    }
  });

  it('is the same in pieces of any length', () => {
    const sound = tone(440, rate);
    const [one, other] = [resampled(sound, rate, 128), resampled(sound, rate, 1000)];
    const common = Math.min(one.length, other.length);
    expect(one.slice(0, common)).toEqual(other.slice(0, common));
  });
});

describe('what a recogniser must not hear', () => {
  it('keeps out what would come back as noise', () => {
    const taken = resampled(tone(11_000, 48_000), 48_000);
    expect(strength(taken, 5_000)).toBeLessThan(0.001); // 16 kHz − 11 kHz
  });

  it('clips what is too loud instead of turning it over', () => {
    const taken = resampled(new Float32Array(4800).fill(1.5), 48_000);
    expect(Math.max(...taken)).toBe(32_767);
    expect(Math.min(...taken.slice(20))).toBeGreaterThan(32_000);
  });
});
