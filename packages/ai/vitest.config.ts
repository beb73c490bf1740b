import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['@trpc-mcp/source'] },
  ssr: { resolve: { conditions: ['@trpc-mcp/source'] } },
  test: {
    // The machines that run this are noisy; what never ends is ended all the same.
    testTimeout: 30_000,
    // One second, as polls wait otherwise, is little on a machine that is busy.
    expect: { poll: { timeout: 15_000 } },
    hookTimeout: 60_000,
    name: 'ai',
    // To import everything anew for each file takes longer than most of the files.
    isolate: false,
    include: ['{src,test}/**/*.test.ts'],
    typecheck: { enabled: true, include: ['src/**/*.test-d.ts'], tsconfig: './tsconfig.json' },
  },
});
