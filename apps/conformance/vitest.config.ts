import { defineConfig } from 'vitest/config';

// The suite itself is run by `pnpm --filter conformance suite`; these are tests of what judges it.
export default defineConfig({
  test: { name: 'conformance', include: ['suite/*.test.ts'] },
});
