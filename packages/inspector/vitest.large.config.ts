import { defineConfig } from 'vitest/config';

/** What opens the page in Chromium. It tests what was built. */
export default defineConfig({
  resolve: { conditions: ['@trpc-mcp/source'] },
  ssr: { resolve: { conditions: ['@trpc-mcp/source'] } },
  test: {
    name: 'inspector at large',
    testTimeout: 120_000,
    hookTimeout: 60_000,
    include: ['test/**/*.large.test.ts'],
  },
});
