import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['@trpc-mcp/source'] },
  ssr: { resolve: { conditions: ['@trpc-mcp/source'] } },
  test: { testTimeout: 30_000, hookTimeout: 60_000, name: 'example-auth', include: ['test/*.test.ts'] },
});
