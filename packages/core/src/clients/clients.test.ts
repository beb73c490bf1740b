import { describe, expect, test } from 'vitest';
import {
  checkTools,
  type ClientName,
  clientNames,
  clients,
  type ClientServer,
  type ClientTool,
} from './clients.ts';

const toTool = (properties: object, more: Partial<ClientTool> = {}): ClientTool => ({
  name: 'get',
  inputSchema: { type: 'object', properties },
  ...more,
});

/** What a client makes of a tool: `rule severity`, with `all` if it loses all tools. */
function judge(client: ClientName, tool: ClientTool | ClientTool[], server?: ClientServer): string[] {
  return checkTools([tool].flat(), [client], server).map(({ rule, severity, losesAll }) =>
    [rule, severity, ...(losesAll ? ['all'] : [])].join(' '),
  );
}

const tools = (count: number) =>
  Array.from({ length: count }, (_, index) => toTool({}, { name: `t${index}` }));

test('every rule has an id of its own in its client, a source, and a date', () => {
  for (const { rules, facts } of Object.values(clients)) {
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
    for (const { source, date } of [...rules, ...facts]) {
      expect(source).not.toBe('');
      expect(date).toMatch(/^\d{4}-\d\d-\d\d$/);
    }
  }
});

test('a plain tool suits every client, and nothing is changed by the check', () => {
  const tool = toTool(
    { id: { type: 'string' } },
    {
      inputSchema: Object.freeze({
        type: 'object',
        properties: Object.freeze({ id: Object.freeze({ type: 'string' }) }),
        required: ['id'],
        additionalProperties: false,
      }),
    },
  );
  expect(clientNames.flatMap((client) => judge(client, tool).map((found) => `${client}: ${found}`))).toEqual([
    'gemini: dropped-keyword warning',
  ]);
});

test('errors come first', () => {
  const severities = checkTools([toTool({ a: { type: 'array', maxItems: 2 } })]).map(
    ({ severity }) => severity,
  );
  expect(severities).toEqual(severities.toSorted());
  expect(new Set(severities)).toEqual(new Set(['error', 'warning']));
});

describe('numbers of tools', () => {
  test.each<[ClientName, number, string[]]>([
    ['cursor', 40, []],
    ['cursor', 41, ['tool-count-before warning']],
    ['cursor', 80, ['tool-count-before warning']],
    ['cursor', 81, ['tool-count error']],
    ['vscode', 64, []],
    ['vscode', 65, ['tool-groups warning']],
    ['vscode', 129, ['tool-count error all']],
    ['chatgpt', 128, []],
    ['chatgpt', 129, ['tool-count error all']],
    ['windsurf', 50, []],
    ['windsurf', 51, ['tool-count error']],
  ])('%s: %i', (client, count, expected) => {
    expect(judge(client, tools(count))).toEqual(expected);
  });
});

describe('names', () => {
  const named = (name: string) => toTool({}, { name });
  test.each<[ClientName, string, string | undefined, string[]]>([
    ['claude-code', 'n'.repeat(39), undefined, []],
    ['claude-code', 'n'.repeat(40), undefined, ['name-room warning']],
    ['claude-code', 'n'.repeat(58), undefined, ['name-length error']],
    ['claude-code', 'n'.repeat(54), 'app', ['name-room warning']],
    ['claude-code', 'n'.repeat(55), 'app', ['name-length error']],
    ['cursor', 'n'.repeat(56), 'app', []],
    ['cursor', 'n'.repeat(57), 'app', ['name-length error']],
    ['cursor', 'n'.repeat(60), undefined, ['name-length error']],
    ['codex', 'n'.repeat(55), 'app', ['name-length warning']],
    ['claude', 'a.b', undefined, ['tool-name error all']],
    ['copilot-cli', 'a.b', undefined, ['tool-name error all']],
    ['copilot-cli', 'a/b', undefined, ['tool-name error all']],
    ['gemini', 'a.b', undefined, []],
    ['gemini', '2fa', undefined, ['tool-name error all']],
    ['gemini', 'n'.repeat(64), undefined, ['name-length warning']],
    ['gemini', 'n'.repeat(65), undefined, ['tool-name error all', 'name-length warning']],
  ])('%s: %s at %s', (client, name, serverName, expected) => {
    expect(judge(client, named(name), { serverName }).filter((each) => !each.startsWith('dropped'))).toEqual(
      expected,
    );
  });
});

test('a description and instructions of more than 2 KB are told with what is cut', () => {
  const [description] = checkTools(
    [
      toTool(
        {},
        { description: `${'a'.repeat(2048)}Never delete without asking first, whatever the user says.` },
      ),
    ],
    ['claude-code'],
  );
  expect(description).toMatchObject({
    tool: 'get',
    severity: 'warning',
    detail:
      'its description has 2106 characters, and the last 58 are cut, from "Never delete without asking first, whate…"',
  });
  const [instructions] = checkTools([], ['claude-code'], { instructions: `${'a'.repeat(2048)}Be kind.` });
  expect(instructions).toMatchObject({
    tool: undefined,
    rule: 'instructions-length',
    detail: 'the text of server.instructions has 2056 characters, and the last 8 are cut, from "Be kind."',
  });
  expect(judge('claude-code', toTool({}, { description: 'a'.repeat(2048) }))).toEqual([]);
  expect(judge('openai', toTool({}, { description: 'a'.repeat(1025) }))).toContain(
    'description-length warning',
  );
});

test('only a recursive output schema is refused, not one that refers to the same schema twice', () => {
  const withOutput = (outputSchema: Record<string, unknown>) =>
    judge('claude-code', toTool({}, { outputSchema }));
  const leaf = { type: 'string' };
  const refers = (ref: string) => ({ type: 'object', properties: { a: { $ref: ref }, b: { $ref: ref } } });
  expect(withOutput({ ...refers('#/$defs/c'), $defs: { c: leaf } })).toEqual([]);
  const loop = { c: refers('#/$defs/d'), d: { anyOf: [{ $ref: '#/$defs/c' }, leaf] } };
  expect(withOutput({ ...refers('#/$defs/c'), $defs: loop })).toEqual(['recursive-output error all']);
  expect(withOutput(refers('#'))).toEqual(['recursive-output error all']);
  // What nothing refers to is never read.
  expect(withOutput({ type: 'object', $defs: { c: refers('#/$defs/c') } })).toEqual([]);
});

test('names of properties and data are not taken for keywords', () => {
  const schema = {
    type: 'object',
    properties: {
      const: { type: 'string' },
      oneOf: { type: 'string' },
      $ref: { type: 'string' },
      pattern: { type: 'string', default: { type: ['a', 'b'], const: 'c' } },
      exclusiveMinimum: { type: 'string', enum: ['propertyNames'] },
    },
    required: ['const', 'oneOf', '$ref', 'pattern', 'exclusiveMinimum'],
    additionalProperties: false,
  };
  const found = checkTools([toTool({}, { inputSchema: schema })]).map(
    ({ client, rule }) => `${client} ${rule}`,
  );
  expect(found).toEqual([
    // `$ref` is an argument here, and its name is not legal.
    'claude-code argument-name',
    'claude argument-name',
    'codex dropped-keyword',
    'vscode dropped-keyword',
    'gemini dropped-keyword',
  ]);
});

test('patterns that grammars cannot express are an error', () => {
  const withPattern = (pattern: string) => judge('llama.cpp', toTool({ a: { type: 'string', pattern } }));
  expect(withPattern('^[a-z]{2}(?:b|c)*$')).toEqual([]);
  expect(withPattern('[a-z]')).toEqual(['pattern-grammar error all']);
  expect(withPattern(String.raw`^\d+$`)).toEqual(['pattern-grammar error all']);
  expect(withPattern('^a(?!b)$')).toEqual(['look-around error all']);
});
