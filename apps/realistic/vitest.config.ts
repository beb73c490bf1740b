import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['@trpc-mcp/source'] },
  ssr: { resolve: { conditions: ['@trpc-mcp/source'] } },
  test: {
    name: 'realistic',
    include: ['src/**/*.test.ts'],
    // The figures are made of thousands of calls, and the machines that run this are noisy.
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
