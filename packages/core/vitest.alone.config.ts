import { defineConfig } from 'vitest/config';
import { alone } from './vitest.alone.ts';

/** What counts what a whole process holds. */
export default defineConfig({
  resolve: { conditions: ['@trpc-mcp/source'] },
  ssr: { resolve: { conditions: ['@trpc-mcp/source'] } },
  test: {
    testTimeout: 30_000,
    onConsoleLog: (log) => !log.startsWith('MCP failure'),
    name: 'core alone',
    include: alone,
  },
});
