import type { Client, Rule } from './finding.ts';
import { namesMatch } from './list-check.ts';
import { argumentsMatch, rootHasNone, rootIsObject } from './schema-check.ts';

/** What the API of Claude refuses. Each of these fails a whole request, so all tools of all servers. */
export const claudeRules: readonly Rule[] = [
  {
    id: 'root-object',
    severity: 'error',
    losesAll: true,
    does: 'refuses all tools if the root of one input schema is not an object',
    fix: "set type: 'object' at the root, and put another kind of value into a property",
    bridge: 'Inputs that are not objects are published as `{ input: … }`.',
    source: 'Claude Code documentation; python-sdk#494',
    date: '2026-11-28',
    find: rootIsObject,
  },
  {
    id: 'root-combinator',
    severity: 'error',
    losesAll: true,
    does: 'refuses all tools if the root of one input schema has oneOf, anyOf or allOf',
    fix: 'make it one object, and put the alternatives into a property',
    bridge: 'A union or an intersection of objects is published as one object, or as `{ input: … }`.',
    source: 'python-sdk#494; perplexityai/perplexity-node#11',
    date: '2026-11-28',
    find: rootHasNone('oneOf', 'anyOf', 'allOf'),
  },
  {
    id: 'argument-name',
    severity: 'error',
    losesAll: true,
    does: 'refuses all tools if the name of one argument does not match ^[a-zA-Z0-9_.-]{1,64}$',
    fix: 'rename the argument; only names at the root are checked, names further inside may be any',
    bridge:
      'Such an argument is published under a legal name, and is given its own name again before the parser.',
    source: 'decocms/studio#6874; twilio-labs/mcp#56',
    date: '2026-11-28',
    find: argumentsMatch(/^[a-zA-Z0-9_.-]{1,64}$/),
  },
  {
    id: 'tool-name',
    severity: 'error',
    losesAll: true,
    does: 'refuses all tools if the name of one does not match ^[a-zA-Z0-9_-]{1,128}$',
    fix: 'set mcp.name, or the option toolName',
    bridge: 'Names of tools match `^[a-zA-Z0-9_-]{1,64}$`; any other name is a problem of set-up.',
    source: 'copilot-cli#1879; claude-code#16425',
    date: '2026-11-28',
    find: namesMatch(/^[a-zA-Z0-9_-]{1,128}$/),
  },
];

export const claude: Client = {
  title: 'Claude (claude.ai, Desktop, API)',
  rules: claudeRules,
  facts: [
    {
      about: 'results',
      does: 'cuts the answer of a tool near 100,000 characters (Desktop)',
      bridge: 'Nothing by default. Let the procedure take a page size, or return less.',
      source: 'claude-code#64614',
      date: '2026-11-28',
    },
    {
      about: 'limits',
      does: 'ends a call after 4 minutes (Desktop)',
      bridge: '`timeoutMs` ends a call earlier, with an error that the model can read.',
      source: 'claude-code#44032',
      date: '2026-11-28',
    },
    {
      about: 'auth',
      does: 'takes OAuth only, and sends no headers of your own (claude.ai connectors)',
      bridge: '`bearer(…)` makes the endpoint an OAuth resource server.',
      source: 'claude.ai documentation of connectors',
      date: '2026-11-28',
    },
    {
      about: 'auth',
      does: 'wants an answer to its first authenticated `initialize` within 10 seconds, asks for the resource metadata at the path-inserted place and at the root, and wants an absolute `resource_metadata` and an audience equal to `resource`',
      bridge: '`bearer(…)` serves the metadata at both places, and checks the audience.',
      source: 'claude.ai documentation of connectors',
      date: '2026-11-28',
    },
    {
      about: 'auth',
      does: 'uses a client id metadata document if the authorization server says `client_id_metadata_document_supported: true` and has `none` among `token_endpoint_auth_methods_supported`',
      bridge: 'This is up to your authorization server. `oauthServer` of `@trpc-mcp/oauth` has both.',
      source: 'claude.ai documentation of connectors',
      date: '2026-11-28',
    },
  ],
};
