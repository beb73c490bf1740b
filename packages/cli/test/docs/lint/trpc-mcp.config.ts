import { defineConfig } from '@trpc-mcp/cli';

export default defineConfig({
  target: 'src/router.ts#appRouter',
  lint: {
    rules: {
      'list-unlimited': 'off',
      'tool-tokens': ['error', { maxTokens: 800 }],
      'cursor/tool-count': 'off',
    },
    clients: ['claude-code', 'cursor'],
    maxTokens: 10_000,
    maxWarnings: 0,
    ignore: { users_me: ['description-says-nothing'], '*': ['name-vague'] },
  },
});
