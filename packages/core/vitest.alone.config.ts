import { defineConfig } from 'vitest/config';
import { alone } from './vitest.alone.ts';

/** What counts what a whole process holds. */
export default defineConfig({
  resolve: { conditions: ['@trpc-mcp/source'] },
  ssr: { resolve: { conditions: ['@trpc-mcp/source'] } },
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // One second, as polls wait otherwise, is little on a machine that is busy.
    expect: { poll: { timeout: 15_000 } },
    onConsoleLog: (log) => !log.startsWith('MCP failure'),
    name: 'core alone',
    include: alone,
  },
});
