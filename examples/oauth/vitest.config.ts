import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['@trpc-mcp/source'] },
  ssr: { resolve: { conditions: ['@trpc-mcp/source'] } },
  // Each login is a dozen requests, and the machines that run this are noisy.
  test: {
    name: 'example-oauth',
    include: ['test/*.test.ts'],
    exclude: ['**/*.large.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
