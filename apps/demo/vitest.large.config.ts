import { defineConfig } from 'vitest/config';

/** What needs a browser, or starts the demo twice. */
export default defineConfig({
  resolve: { conditions: ['@trpc-mcp/source'] },
  ssr: { resolve: { conditions: ['@trpc-mcp/source'] } },
  test: {
    name: 'demo at large',
    include: ['src/**/*.large.test.ts'],
    globalSetup: './test/global-setup.ts',
    testTimeout: 30_000,
    // One second, as polls wait otherwise, is little for a browser on a machine that is busy.
    expect: { poll: { timeout: 15_000 } },
    hookTimeout: 60_000,
  },
});
