import type { Client, Rule } from './finding.ts';
import { descriptionsFit, toolsAreAtMost } from './list-check.ts';
import { findBacktracking } from './pattern-check.ts';
import {
  allIsClosed,
  allIsRequired,
  arraysHaveItems,
  formatsAre,
  hasNone,
  noBooleanSchemas,
  objectsHaveProperties,
  patternsAre,
} from './schema-check.ts';

/** What the API of OpenAI refuses. Each of these fails a whole request, so all tools of all servers. */
export const openaiRules: readonly Rule[] = [
  {
    id: 'look-around',
    severity: 'error',
    losesAll: true,
    does: 'refuses all tools if one pattern has a look-around or a back-reference',
    fix: 'write the pattern without it, or leave it out and say in the description what is wanted',
    bridge:
      'Such a pattern is not published. The description says what is wanted, and the parser still checks.',
    source: 'vercel/ai#21037',
    date: '2026-11-28',
    find: patternsAre(findBacktracking),
  },
  {
    id: 'array-items',
    severity: 'error',
    losesAll: true,
    does: 'refuses all tools if one array has no items',
    fix: 'say in items what the array holds; {} is any value',
    bridge: 'Every array has `items`, tuples too.',
    source: 'smartbear-mcp#491; digitalocean#265; kagent#1888',
    date: '2026-11-28',
    find: arraysHaveItems,
  },
  {
    id: 'object-properties',
    severity: 'error',
    losesAll: true,
    does: 'refuses all tools if one object has no properties',
    fix: 'add properties: {}',
    bridge: 'Every object has `properties`.',
    source: 'smartbear-mcp#491; digitalocean#265; kagent#1888',
    date: '2026-11-28',
    find: objectsHaveProperties,
  },
  {
    id: 'boolean-schema',
    severity: 'error',
    losesAll: true,
    does: 'refuses all tools if true or false stands where a schema is expected',
    fix: 'write {} in place of true, and { not: {} } in place of false',
    bridge: 'No boolean schema is published, except in `additionalProperties`.',
    source: 'smartbear-mcp#491; digitalocean#265; kagent#1888',
    date: '2026-11-28',
    find: noBooleanSchemas,
  },
  {
    id: 'tool-count',
    severity: 'error',
    losesAll: true,
    does: 'takes at most 128 tools in a request',
    fix: 'expose fewer procedures, or serve them at several endpoints',
    bridge: '`expose` and `tag` choose what is served.',
    source: 'smartbear-mcp#491; digitalocean#265; kagent#1888',
    date: '2026-11-28',
    find: toolsAreAtMost(128),
  },
];

/** The formats of strict mode. */
export const strictFormats: ReadonlySet<string> = new Set(
  'date-time time date duration email hostname ipv4 ipv6 uuid'.split(' '),
);

export const openai: Client = {
  title: 'OpenAI API',
  rules: [
    ...openaiRules,
    {
      id: 'description-length',
      severity: 'warning',
      does: 'takes descriptions of at most 1,024 characters with some models (chat completions, o3-mini)',
      fix: 'shorten mcp.description and mcp.instructions',
      bridge: 'Nothing: a longer description helps all other models.',
      source: 'probelabs/probe#9',
      date: '2026-11-28',
      find: descriptionsFit(1024),
    },
    {
      id: 'strict-optional',
      severity: 'warning',
      does: 'wants every property to be required in strict mode',
      fix: 'do not use strict mode, or make the property nullable and required',
      bridge: 'Nothing: a property that may be left out has to stay optional for all other clients.',
      source: 'docker-agent#4106; OpenAI guide to structured outputs',
      date: '2026-11-28',
      find: allIsRequired,
    },
    {
      id: 'strict-open',
      severity: 'warning',
      does: 'wants additionalProperties: false on every object in strict mode',
      fix: 'do not use strict mode, or list the keys',
      bridge: 'Objects that refuse unknown keys say so. Records and loose objects cannot.',
      source: 'docker-agent#4106; OpenAI guide to structured outputs',
      date: '2026-11-28',
      find: allIsClosed,
    },
    {
      id: 'strict-one-of',
      severity: 'warning',
      does: 'refuses oneOf in strict mode',
      fix: 'use anyOf',
      bridge: 'Nothing further: `oneOf` says that exactly one alternative fits.',
      source: 'chatlas#255; OpenAI guide to structured outputs',
      date: '2026-11-28',
      find: hasNone('oneOf'),
    },
    {
      id: 'strict-format',
      severity: 'warning',
      does: 'knows few formats in strict mode',
      fix: 'do not use strict mode, or describe the format in words',
      bridge: 'Nothing: the formats help all other clients.',
      source: 'openai/openai-node src/lib/transform-json-schema.ts',
      date: '2026-11-28',
      find: formatsAre(strictFormats),
    },
  ],
  facts: [
    {
      about: 'limits',
      does: 'ends a call after 5 seconds by default (Agents SDK for Python, 2025), or 60 seconds (TypeScript SDK of MCP)',
      bridge:
        'Where a client asks for progress, the bridge sends it every 3 seconds. `timeoutMs` ends a call earlier, with an error that the model can read.',
      source: 'openai-agents-python#1024; claude-code#22542',
      date: '2026-11-28',
    },
  ],
};
