import { defineConfig } from 'vitest/config';

/** What installs packages, makes an app of hundreds of procedures, or starts the command dozens of times. */
export default defineConfig({
  resolve: { conditions: ['@trpc-mcp/source'] },
  ssr: { resolve: { conditions: ['@trpc-mcp/source'] } },
  test: {
    name: 'cli at large',
    testTimeout: 300_000,
    hookTimeout: 300_000,
    globalSetup: './test/global-setup.ts',
    include: ['test/**/*.large.test.ts'],
  },
});
