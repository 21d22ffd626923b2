import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { kern, texts, worklet } from './build/plugins.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  plugins: [
    kern(here('src')),
    texts(here('../../../data/texts/widget.yml')),
    worklet(here('src/voice/capture.worklet.ts')),
  ],
  build: {
    // oklch() colours in KERN need browsers of 2023 or later, so nothing older is aimed at.
    target: 'es2022',
    cssTarget: ['chrome111', 'firefox113', 'safari16.4'],
    lib: { entry: here('src/main.ts'), formats: ['iife'], name: 'Kreislotse', fileName: () => 'widget.js' },
    reportCompressedSize: false,
  },
  test: {
    environment: 'happy-dom',
    include: ['test/**/*.test.ts'],
    restoreMocks: true,
  },
});
