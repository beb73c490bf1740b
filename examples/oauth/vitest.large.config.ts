import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['@trpc-mcp/source'] },
  ssr: { resolve: { conditions: ['@trpc-mcp/source'] } },
  test: {
    name: 'example-oauth pictures',
    include: ['test/*.large.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
