import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['@trpc-mcp/source'] },
  ssr: { resolve: { conditions: ['@trpc-mcp/source'] } },
  test: {
    name: 'inspector',
    include: ['{src,page,test}/**/*.test.{ts,tsx}'],
    // In vitest.large.config.ts.
    exclude: [...configDefaults.exclude, '**/*.large.test.ts'],
    // Some start bash many times, which takes long on a machine with other work.
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
