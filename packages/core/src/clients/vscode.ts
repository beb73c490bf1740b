import { draft07Keywords, faultOfDraft07 } from './draft-07.ts';
import type { Client } from './finding.ts';
import { toolsAreAtMost, toolsAreBetween } from './list-check.ts';
import { inInputs, isObject } from './node.ts';
import { hasNone, rootHasNone, rootIsObject, textsFit } from './schema-check.ts';

const source = 'microsoft/vscode-copilot-chat toolSchemaNormalizer.ts at 31acd00';

/** Where its normaliser looks for schemas. */
const normalised = new Set(
  (
    'properties items dependencies patternProperties additionalProperties anyOf allOf oneOf not if then else ' +
    'contains'
  ).split(' '),
);

export const vscode: Client = {
  title: 'VS Code (Copilot)',
  rules: [
    {
      id: 'array-items',
      severity: 'error',
      losesAll: true,
      does: 'loses all tools if one array has no items',
      fix: 'say in items what the array holds; {} is any value',
      bridge: 'Every array has `items`, tuples too.',
      source,
      date: '2026-11-28',
      find: inInputs(
        (schema) =>
          isObject(schema) && schema['type'] === 'array' && !schema['items']
            ? 'is an array without items'
            : undefined,
        normalised,
      ),
    },
    {
      id: 'draft-07',
      severity: 'error',
      losesAll: true,
      does: 'loses all tools if one input schema does not fit the metaschema of draft-07',
      fix: 'write the keyword as draft-07 wants it',
      bridge: 'Published schemas are valid in draft-07 and in 2020-12.',
      source,
      date: '2026-11-28',
      find: inInputs(faultOfDraft07, draft07Keywords),
    },
    {
      id: 'tool-count',
      severity: 'error',
      losesAll: true,
      does: 'takes at most 128 tools in a request',
      fix: 'expose fewer procedures, or serve them at several endpoints',
      bridge: '`expose` and `tag` choose what is served.',
      source: 'microsoft/vscode-copilot-chat virtualToolsConstants.ts at 31acd00',
      date: '2026-11-28',
      find: toolsAreAtMost(128),
    },
    {
      id: 'tool-groups',
      severity: 'warning',
      does: 'hides tools in groups when there are more than 64, and the model has to open a group first',
      fix: 'expose fewer procedures, or serve them at several endpoints',
      bridge: '`expose` and `tag` choose what is served.',
      source: 'microsoft/vscode-copilot-chat virtualToolsConstants.ts at 31acd00',
      date: '2026-11-28',
      find: toolsAreBetween(64, 128),
    },
    {
      id: 'root-object',
      severity: 'error',
      does: 'replaces an input schema whose root is not an object by one without properties',
      fix: "set type: 'object' at the root, and put another kind of value into a property",
      bridge: 'Inputs that are not objects are published as `{ input: … }`.',
      source,
      date: '2026-11-28',
      find: rootIsObject,
    },
    {
      id: 'root-keyword',
      severity: 'warning',
      isTold: true,
      does: 'removes oneOf, anyOf, allOf, not, if, then and else from the root of an input schema',
      fix: 'make it one object, and put the alternatives into a property',
      bridge: 'A union or an intersection of objects is published as one object, or as `{ input: … }`.',
      source,
      date: '2026-11-28',
      find: rootHasNone('oneOf', 'anyOf', 'allOf', 'not', 'if', 'then', 'else'),
    },
    {
      id: 'description-length',
      severity: 'warning',
      does: 'cuts descriptions inside a schema after 1,024 characters, for gpt-4 models',
      fix: 'shorten the description',
      bridge: 'Nothing: a longer description helps all other models.',
      source,
      date: '2026-11-28',
      find: textsFit(1024),
    },
    {
      id: 'dropped-keyword',
      severity: 'warning',
      does: 'removes formats, patterns, defaults and limits from schemas, for gpt-4 models',
      fix: 'say in the description what the model has to know',
      bridge: 'Nothing: the parser still checks, and its error says what is wanted.',
      source,
      date: '2026-11-28',
      find: hasNone(
        ...(
          'minLength maxLength pattern default format minimum maximum multipleOf patternProperties propertyNames ' +
          'minProperties maxProperties contains minContains maxContains minItems maxItems uniqueItems'
        ).split(' '),
      ),
    },
  ],
  facts: [
    {
      about: 'tools',
      does: 'writes the types `["x", "null"]` as `nullable` for Gemini',
      bridge: 'Nullable is `anyOf`, which needs no conversion.',
      source,
      date: '2026-11-28',
    },
  ],
};
