import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['@trpc-mcp/source'] },
  ssr: { resolve: { conditions: ['@trpc-mcp/source'] } },
  test: {
    name: 'demo',
    include: ['{src,test}/**/*.test.ts'],
    globalSetup: './test/global-setup.ts',
    // Each file has a database of its own, so that they need not have a process of their own, which costs a second.
    isolate: false,
    // PGlite computes much, and its neighbours on a small machine may do so too.
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
