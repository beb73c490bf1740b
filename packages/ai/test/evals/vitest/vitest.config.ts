import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['@trpc-mcp/source'] },
  ssr: { resolve: { conditions: ['@trpc-mcp/source'] } },
  test: { include: ['suite.ts'], testTimeout: 60_000 },
});
