import { configDefaults, defineConfig } from 'vitest/config';

/** What is seen on the wire, with the lane off. */
export default defineConfig({
  resolve: { conditions: ['@trpc-mcp/source'] },
  ssr: { resolve: { conditions: ['@trpc-mcp/source'] } },
  test: {
    // The machines that run this are noisy; what never ends is ended all the same.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // One second, as polls wait otherwise, is little on a machine that is busy.
    expect: { poll: { timeout: 15_000 } },
    // What tests make the handler print to its own console.
    onConsoleLog: (log) => !log.startsWith('MCP failure'),
    name: 'core without the lane',
    include: [
      'test/*.test.ts',
      'test/auth/**/*.test.ts',
      'test/code/{code,questions}.test.ts',
      'test/transports/http.test.ts',
    ],
    exclude: [
      ...configDefaults.exclude,
      // The lane has no part in these: memory, keys, what is called without a wire, how the package is built.
      'test/*.large.test.ts',
      'test/auth/{access-token,introspection,jwt-keys,signed-token}.test.ts',
      'test/{create-caller,exports,tool-caller,tool-caller-ask,tool-caller-mount,two-copies}.test.ts',
      'test/hostile-{cost,memory}.test.ts',
    ],
    setupFiles: ['test/lane/off.ts'],
  },
});
