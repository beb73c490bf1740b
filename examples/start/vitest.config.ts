import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'example-start',
    include: ['test/*.test.ts'],
    // In vitest.large.config.ts.
    exclude: [...configDefaults.exclude, 'test/*.large.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
