import { defineConfig } from 'vitest/config';

// `pnpm --filter conformance suite` runs the suite itself. These tests are for the code that judges its results.
export default defineConfig({
  test: { name: 'conformance', include: ['suite/*.test.ts'] },
});
