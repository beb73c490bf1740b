import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['@trpc-mcp/source'] },
  ssr: { resolve: { conditions: ['@trpc-mcp/source'] } },
  // To import everything anew for each file takes longer than the files.
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    name: 'example-features',
    isolate: false,
    include: ['test/*.test.ts'],
  },
});
