import { defineConfig } from 'vitest/config';

/** What installs packages as a new user does. */
export default defineConfig({
  test: {
    name: 'start page',
    include: ['test/*.large.test.ts'],
    testTimeout: 600_000,
    hookTimeout: 60_000,
  },
});
