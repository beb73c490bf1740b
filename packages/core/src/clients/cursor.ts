import type { Client } from './finding.ts';
import { namesFit, tokensAreAtMost, toolsAreAtMost, toolsAreBetween } from './list-check.ts';
import { noTypeLists } from './schema-check.ts';

export const cursor: Client = {
  title: 'Cursor',
  rules: [
    {
      id: 'name-length',
      severity: 'error',
      does: 'leaves out a tool if its name and the name of the server have 60 characters or more together',
      fix: 'set a shorter mcp.name, or give the server a shorter name',
      bridge:
        'A name of more than 64 characters is a problem of set-up; the name of the server is up to you.',
      source: 'Composio#2788; Snowflake#77',
      date: '2026-11-28',
      find: namesFit(59, (serverName) => serverName),
    },
    {
      id: 'tool-count',
      severity: 'error',
      does: 'leaves out all tools after the 80th, of all servers together',
      fix: 'expose fewer procedures, or serve them at several endpoints',
      bridge: '`expose` and `tag` choose what is served.',
      source: 'Snowflake#77',
      date: '2026-11-28',
      find: toolsAreAtMost(80),
    },
    {
      id: 'tool-count-before',
      severity: 'warning',
      does: 'left out all tools after the 40th in older versions',
      fix: 'expose fewer procedures, or serve them at several endpoints',
      bridge: '`expose` and `tag` choose what is served.',
      source: 'Snowflake#77',
      date: '2026-11-28',
      find: toolsAreBetween(40, 80),
    },
    {
      id: 'type-list',
      severity: 'error',
      does: 'fails on a list of types, and takes anyOf',
      fix: "write anyOf: [{ type: 'string' }, { type: 'null' }] in place of type: ['string', 'null']",
      bridge: 'Nullable is `anyOf`, never a list of types.',
      source: 'cursor#3540, #3778',
      date: '2026-11-28',
      find: noTypeLists,
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
  facts: [
    {
      about: 'tools',
      does: 'sends `""` for optional arguments that the model did not set',
      bridge: '`""` and `null` count as left out where an optional property does not take them.',
      source: 'cursor#3614',
      date: '2026-11-28',
    },
  ],
};
