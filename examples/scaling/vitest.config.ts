import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['@trpc-mcp/source'] },
  ssr: { resolve: { conditions: ['@trpc-mcp/source'] } },
  test: { name: 'example-scaling', include: ['test/*.test.ts'], testTimeout: 30_000, hookTimeout: 60_000 },
});
