import type { Client } from './finding.ts';
import { namesFit, namesMatch } from './list-check.ts';
import { hasNone } from './schema-check.ts';

export const copilotCli: Client = {
  title: 'Copilot CLI',
  rules: [
    {
      id: 'tool-name',
      severity: 'error',
      losesAll: true,
      does: 'loses all tools if the name of one has a dot, a slash or another character that models do not take',
      fix: 'set mcp.name, or the option toolName',
      bridge: 'Names of tools match `^[a-zA-Z0-9_-]{1,64}$`; any other name is a problem of set-up.',
      source: 'copilot-cli#1879, #1876',
      date: '2026-11-28',
      find: namesMatch(/^[a-zA-Z0-9_-]+$/),
    },
    {
      id: 'name-length',
      severity: 'warning',
      does: 'takes at most 64 characters, with the name of the server, for models on Bedrock',
      fix: 'set a shorter mcp.name, or give the server a shorter name',
      bridge:
        'A name of more than 64 characters is a problem of set-up; the name of the server is up to you.',
      source: 'copilot-cli#1879, #1876',
      date: '2026-11-28',
      find: namesFit(64, (serverName) => (serverName === '' ? '' : `${serverName}-`)),
    },
    {
      id: 'unresolved-ref',
      severity: 'warning',
      does: 'does not resolve references, so that the model does not see what is behind them',
      fix: 'write the schema where it is used, and say in the description what a recursive one holds',
      bridge: 'Only recursive schemas, and those that would grow too large, have references.',
      source: 'copilot-cli#4536; microsoft/mcp#842',
      date: '2026-11-28',
      find: hasNone('$ref'),
    },
  ],
  facts: [
    {
      about: 'results',
      does: 'hands both `content` and `structuredContent` to the model, which is paid twice',
      bridge: '`structured` says which of the two is sent.',
      source: 'copilot-cli#4515',
      date: '2026-11-28',
    },
    {
      about: 'results',
      does: 'drops the images of results',
      bridge: 'Nothing. Let the procedure also say in words what matters.',
      source: 'copilot-cli#4536; microsoft/mcp#842',
      date: '2026-11-28',
    },
  ],
};
