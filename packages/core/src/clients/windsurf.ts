import type { Client } from './finding.ts';
import { tokensAreAtMost, toolsAreAtMost } from './list-check.ts';

export const windsurf: Client = {
  title: 'Windsurf',
  rules: [
    {
      id: 'tool-count',
      severity: 'error',
      does: 'takes at most 50 tools of all servers together (2025)',
      fix: 'expose fewer procedures, or serve them at several endpoints',
      bridge: '`expose` and `tag` choose what is served.',
      source: 'go-mcp-mysql#3',
      date: '2026-11-28',
      find: toolsAreAtMost(50),
    },
    {
      id: 'list-tokens',
      severity: 'warning',
      does: 'sends the whole list with every request; more than 10,000 tokens leave less room for the work',
      fix: 'expose fewer procedures, and shorten descriptions',
      bridge: '`budget.listTokens` limits the list.',
      source: 'estimate of this project',
      date: '2026-11-28',
      find: tokensAreAtMost(10_000),
    },
  ],
  facts: [],
};
