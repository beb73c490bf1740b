import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['@trpc-mcp/source'] },
  ssr: { resolve: { conditions: ['@trpc-mcp/source'] } },
  test: {
    // The machines that run this are noisy; what never ends is ended all the same.
    testTimeout: 30_000,
    // What tests make the handler print to its own console.
    onConsoleLog: (log) => !log.startsWith('MCP failure'),
    name: 'core',
    include: ['{src,test}/**/*.test.ts'],
    // In vitest.large.config.ts.
    exclude: [...configDefaults.exclude, 'test/**/*.large.test.ts'],
    typecheck: { enabled: true, include: ['{src,test}/**/*.test-d.ts'], tsconfig: './tsconfig.json' },
  },
});
