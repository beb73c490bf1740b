import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['@trpc-mcp/source'] },
  ssr: { resolve: { conditions: ['@trpc-mcp/source'] } },
  test: {
    name: 'demo',
    include: ['{src,test}/**/*.test.ts'],
    // A database is made, migrated and seeded before each file.
    hookTimeout: 60_000,
  },
});
