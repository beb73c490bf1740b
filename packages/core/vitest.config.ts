import { configDefaults, defineConfig } from 'vitest/config';
import { alone } from './vitest.alone.ts';

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
    name: 'core',
    // To import everything anew for each file takes longer than most of the files.
    isolate: false,
    include: ['{src,test}/**/*.test.ts'],
    // In vitest.large.config.ts and vitest.alone.config.ts.
    exclude: [...configDefaults.exclude, 'test/**/*.large.test.ts', ...alone],
    typecheck: { enabled: true, include: ['{src,test}/**/*.test-d.ts'], tsconfig: './tsconfig.json' },
  },
});
