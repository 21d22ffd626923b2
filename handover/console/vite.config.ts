import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Relative addresses: the console works wherever the staff listener puts it.
  base: './',
  build: {
    target: 'es2022',
    // A data: font would need a weaker content security policy.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  server: {
    host: '127.0.0.1',
    port: 8192,
    proxy: {
      // The staff API refuses what comes from a page of another origin than its own.
      '/api': { target: 'http://127.0.0.1:8081', headers: { origin: 'http://127.0.0.1:8081' } },
    },
  },
  test: {
    environment: 'happy-dom',
    include: ['test/**/*.test.ts'],
    restoreMocks: true,
  },
});
