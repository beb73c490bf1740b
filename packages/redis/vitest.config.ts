import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['@trpc-mcp/source'] },
  ssr: { resolve: { conditions: ['@trpc-mcp/source'] } },
  test: {
    // The machines that run this are noisy; what never ends is ended all the same.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    name: 'redis',
    globalSetup: './test/global-setup.ts',
    include: ['{src,test}/**/*.test.ts'],
    // In vitest.large.config.ts.
    exclude: [...configDefaults.exclude, 'test/**/*.large.test.ts'],
    typecheck: { enabled: true, include: ['src/**/*.test-d.ts'], tsconfig: './tsconfig.json' },
  },
});
