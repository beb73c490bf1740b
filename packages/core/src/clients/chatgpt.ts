import type { Client } from './finding.ts';
import { namesFit } from './list-check.ts';
import { openaiRules } from './openai.ts';

export const chatgpt: Client = {
  title: 'ChatGPT',
  rules: [
    ...openaiRules,
    {
      id: 'name-length',
      severity: 'warning',
      does: 'shortens a name that has more than 64 bytes with its namespace, and ends it with a hash',
      fix: 'set a shorter mcp.name, or give the server a shorter name',
      bridge:
        'A name of more than 64 characters is a problem of set-up; the name of the server is up to you.',
      source: 'openai/codex codex-rs, tools.rs',
      date: '2026-11-28',
      find: namesFit(64, (serverName) => (serverName === '' ? '' : `mcp__${serverName}__`)),
    },
  ],
  facts: [
    {
      about: 'auth',
      does: 'takes OAuth only (connectors)',
      bridge: '`bearer(…)` makes the endpoint an OAuth resource server.',
      source: 'reports of people who connected servers, of which none was checked',
      date: '2026-11-28',
    },
    {
      about: 'auth',
      does: 'reads in `securitySchemes`, at the top of a tool and in its `_meta`, whether it needs a login and which scopes, and starts a login when a result has `_meta["mcp/www_authenticate"]`',
      bridge: 'Both are made of `auth` and `mcp.scopes`.',
      source:
        'excerpts of developers.openai.com/apps-sdk/build/auth, of its reference, and of community.openai.com/t/1362688',
      date: '2026-11-28',
    },
    {
      about: 'hints',
      does: 'turns a local file into an argument that `_meta["openai/fileParams"]` names',
      bridge: 'It names the file arguments of a procedure.',
      source: 'openai/codex codex-rs; excerpts of alpic-ai/skybridge#334',
      date: '2026-11-28',
    },
  ],
};
