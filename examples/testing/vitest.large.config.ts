import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'examples alone',
    include: ['*.large.test.ts'],
    testTimeout: 600_000,
    hookTimeout: 120_000,
    // An installation waits for the disk, a type-check for a core.
    maxConcurrency: 3,
  },
});
