import { defineConfig } from 'vitest/config';

/** What opens the page in Chromium. It tests what was built. */
export default defineConfig({
  resolve: { conditions: ['@trpc-mcp/source'] },
  ssr: { resolve: { conditions: ['@trpc-mcp/source'] } },
  test: {
    name: 'inspector at large',
    testTimeout: 120_000,
    // One second, as polls wait otherwise, is little on a machine that is busy.
    expect: { poll: { timeout: 15_000 } },
    hookTimeout: 60_000,
    include: ['test/**/*.large.test.ts'],
  },
});
