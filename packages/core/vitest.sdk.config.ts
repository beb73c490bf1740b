import { configDefaults, defineConfig } from 'vitest/config';

/** What is seen on the wire, with the lane off. */
export default defineConfig({
  resolve: { conditions: ['@trpc-mcp/source'] },
  ssr: { resolve: { conditions: ['@trpc-mcp/source'] } },
  test: {
    // The machines that run this are noisy; what never ends is ended all the same.
    testTimeout: 30_000,
    // What tests make the handler print to its own console.
    onConsoleLog: (log) => !log.startsWith('MCP failure'),
    name: 'core without the lane',
    include: [
      'test/*.test.ts',
      'test/auth/**/*.test.ts',
      'test/code/{code,questions}.test.ts',
      'test/transports/http.test.ts',
    ],
    exclude: [...configDefaults.exclude, 'test/scale.large.test.ts'],
    setupFiles: ['test/lane/off.ts'],
  },
});
