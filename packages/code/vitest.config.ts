import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['@trpc-mcp/source'] },
  ssr: { resolve: { conditions: ['@trpc-mcp/source'] } },
  test: {
    // The machines that run this are noisy; what never ends is ended all the same.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    name: 'code',
    include: ['{src,test}/**/*.test.ts'],
    typecheck: { enabled: true, include: ['src/**/*.test-d.ts'], tsconfig: './tsconfig.json' },
  },
});
