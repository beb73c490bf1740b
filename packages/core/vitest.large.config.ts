import { defineConfig } from 'vitest/config';

/** What takes long: whole apps, soaks, and all cases of the property tests of which `test` tries every fifth. */
export default defineConfig({
  resolve: { conditions: ['@trpc-mcp/source'] },
  ssr: { resolve: { conditions: ['@trpc-mcp/source'] } },
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // One second, as polls wait otherwise, is little on a machine that is busy.
    expect: { poll: { timeout: 15_000 } },
    name: 'core at large',
    env: { LARGE: 'true' },
    include: [
      'test/**/*.large.test.ts',
      'test/create-caller.test.ts',
      'test/lane/equivalence.test.ts',
      'test/schema/{agreement,generators,round-trip,round-trip-input,round-trip-output}.test.ts',
      'src/testing/access/access-random.test.ts',
    ],
  },
});
