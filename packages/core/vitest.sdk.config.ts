import { defineConfig } from 'vitest/config';

/** What is seen on the wire, with the lane off. */
export default defineConfig({
  resolve: { conditions: ['@trpc-mcp/source'] },
  ssr: { resolve: { conditions: ['@trpc-mcp/source'] } },
  test: {
    name: 'core without the lane',
    include: ['test/*.test.ts', 'test/auth/**/*.test.ts'],
    exclude: ['test/scale.test.ts'],
    setupFiles: ['test/lane/off.ts'],
  },
});
