import { defineConfig } from 'vitest/config';

// `pnpm --filter conformance suite` runs the suite itself. These tests are for the code that judges its results.
export default defineConfig({
  test: { testTimeout: 30_000, hookTimeout: 60_000, name: 'conformance', include: ['suite/*.test.ts'] },
});
