import { defineConfig } from 'vitest/config';

/** What opens the pages in Chromium. */
export default defineConfig({
  resolve: { conditions: ['@trpc-mcp/source'] },
  ssr: { resolve: { conditions: ['@trpc-mcp/source'] } },
  test: {
    name: 'oauth at large',
    testTimeout: 120_000,
    hookTimeout: 60_000,
    include: ['test/**/*.large.test.ts'],
  },
});
