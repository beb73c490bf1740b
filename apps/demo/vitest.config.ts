import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['@trpc-mcp/source'] },
  ssr: { resolve: { conditions: ['@trpc-mcp/source'] } },
  test: {
    name: 'demo',
    include: ['{evals,src,test,web}/**/*.test.ts'],
    // In vitest.large.config.ts.
    exclude: [...configDefaults.exclude, '**/*.large.test.ts'],
    globalSetup: './test/global-setup.ts',
    // Each file has its own database, so files can share a process. A new process takes a second.
    isolate: false,
    // PGlite needs much CPU time, and other tests on a small machine may too.
    testTimeout: 30_000,
    // One second, as polls wait otherwise, is little on a machine that is busy.
    expect: { poll: { timeout: 15_000 } },
    hookTimeout: 60_000,
  },
});
