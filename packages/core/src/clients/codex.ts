import type { Client } from './finding.ts';
import { namesFit } from './list-check.ts';
import { inInputs, isObject, type SchemaObject } from './node.ts';
import { hasNone, refsAre } from './schema-check.ts';

const source = 'openai/codex codex-rs/tools/src/json_schema.rs';

export const codex: Client = {
  title: 'Codex',
  rules: [
    {
      id: 'foreign-ref',
      severity: 'error',
      does: 'follows only references that start with #/, and takes any other for a text, so that no call fits',
      fix: 'put the schema under $defs, and refer to #/$defs/…',
      bridge: 'References are local, and only recursive schemas have them.',
      source: `${source}; opencode#32489`,
      date: '2026-11-28',
      find: refsAre((ref, isFound) => (isFound ? undefined : `refers to ${JSON.stringify(ref)}`)),
    },
    {
      id: 'unreadable',
      severity: 'error',
      does: 'drops a tool whose items is a list of schemas, as older drafts write tuples, or whose required, enum or description has another form than usual',
      fix: 'use prefixItems, beside items with one schema, and a list of names in required',
      bridge: 'Tuples have `prefixItems`, and one schema in `items`. The published schema is valid.',
      source,
      date: '2026-11-28',
      find: inInputs((schema) => (isObject(schema) ? unreadableIn(schema) : undefined)),
    },
    {
      id: 'one-of',
      severity: 'warning',
      does: 'does not show the model what is inside oneOf and allOf',
      fix: 'use anyOf',
      bridge: 'Arguments that arrive as text are read as JSON where the schema wants an object.',
      source,
      date: '2026-11-28',
      find: inInputs((schema) => {
        const found = isObject(schema)
          ? ['oneOf', 'allOf'].filter((key) => Array.isArray(schema[key]) && schema[key].length > 1)
          : [];
        return found.length === 0 ? undefined : `has ${found.join(', ')}`;
      }),
    },
    {
      id: 'dropped-keyword',
      severity: 'warning',
      does: 'shows the model types, descriptions, enums, properties, items and anyOf, and drops all else',
      fix: 'say in the description what the model has to know',
      bridge: 'Nothing: the parser still checks, and its error says what is wanted.',
      source,
      date: '2026-11-28',
      find: hasNone(
        ...'format pattern default minimum maximum minLength maxLength minItems maxItems multipleOf'.split(
          ' ',
        ),
      ),
    },
    {
      id: 'name-length',
      severity: 'warning',
      does: 'shortens a name that has more than 64 bytes with its namespace, and ends it with a hash',
      fix: 'set a shorter mcp.name, or give the server a shorter name',
      bridge:
        'A name of more than 64 characters is a problem of set-up; the name of the server is up to you.',
      source: 'openai/codex codex-rs, tools.rs',
      date: '2026-11-28',
      find: namesFit(64, (serverName) => `mcp__${serverName}__`),
    },
  ],
  facts: [
    {
      about: 'tools',
      does: 'infers types that are missing, and reads `const` as an `enum` of one',
      bridge: 'Types are always there, and a `const` of a text is published as an `enum` of one.',
      source,
      date: '2026-11-28',
    },
    {
      about: 'results',
      does: 'shows the model `structuredContent` only, where there is one',
      bridge: 'Where `content` is more than a copy, no `structuredContent` is sent, see `structured`.',
      source: 'openai/codex; vercel-labs/fx#609',
      date: '2026-11-28',
    },
    {
      about: 'hints',
      does: 'turns a local path into an argument that `_meta["openai/fileParams"]` names',
      bridge: 'It names the file arguments of a procedure.',
      source: 'openai/codex',
      date: '2026-11-28',
    },
  ],
};

/** Its types for a schema hold these keywords in one form only. */
function unreadableIn({ items, required, enum: values, description }: SchemaObject): string | undefined {
  if (Array.isArray(items)) return 'has a list as items';
  const isNames = Array.isArray(required) && required.every((name) => typeof name === 'string');
  if (required !== undefined && !isNames) return 'has a required that is not a list of names';
  if (values !== undefined && !Array.isArray(values)) return 'has an enum that is not a list';
  if (description !== undefined && typeof description !== 'string')
    return 'has a description that is not a text';
  return undefined;
}
