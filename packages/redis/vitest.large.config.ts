import { defineConfig } from 'vitest/config';

/** What waits for minutes, and the outages of which `test` tries one version of each library. */
export default defineConfig({
  resolve: { conditions: ['@trpc-mcp/source'] },
  ssr: { resolve: { conditions: ['@trpc-mcp/source'] } },
  test: {
    testTimeout: 300_000,
    hookTimeout: 300_000,
    name: 'redis at large',
    globalSetup: './test/global-setup.ts',
    env: { LARGE: 'true' },
    include: ['test/**/*.large.test.ts', 'test/cluster-outage.test.ts'],
  },
});
