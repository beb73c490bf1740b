import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    name: 'examples',
    include: ['*.test.ts'],
    exclude: ['*.large.test.ts'],
  },
});
