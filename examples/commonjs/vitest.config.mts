import { defineConfig } from 'vitest/config';

// `*.test.js` are for jest, which example.vitest.mts runs.
export default defineConfig({
  test: {
    name: 'example-commonjs',
    include: ['*.vitest.mts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
