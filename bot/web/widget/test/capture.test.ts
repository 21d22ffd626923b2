import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';

const WORKLET = join(import.meta.dirname, '../src/voice/capture.worklet.ts');

interface Processor {
  process: (inputs: Float32Array[][]) => boolean;
}

afterEach(() => {
  vi.unstubAllGlobals();
});

it('passes on every sample of the microphone, and stays in silence', async () => {
  const posted: Float32Array[] = [];
  let made: (new () => Processor) | undefined;
  vi.stubGlobal('AudioWorkletProcessor', class {
    readonly port = { postMessage: (piece: Float32Array) => { posted.push(piece.slice()); } };
  });
  vi.stubGlobal('registerProcessor', (name: string, processor: new () => Processor) => {
    expect(name).toBe('kreislotse-capture');
    made = processor;
  });
  await import('../src/voice/capture.worklet');
  const processor = new (made as new () => Processor)();
  const sound = Float32Array.from({ length: 2048 }, (_, index) => index);
  for (let start = 0; start < sound.length; start += 128) {
    expect(processor.process([[sound.slice(start, start + 128)]])).toBe(true);
  }
  expect(posted.flatMap((piece) => [...piece])).toEqual([...sound]);
  expect(processor.process([[]])).toBe(true);
});

it('needs no other file: pages load it as it is', () => {
  expect(readFileSync(WORKLET, 'utf8')).not.toMatch(/\bimport\b/);
});
