import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { appRouter } from '../../../../apps/conformance/src/router.ts';
import { createCatalog } from '../../src/catalog/catalog.ts';
import { checkTools, type ClientName, type ClientTool } from '../../src/clients/clients.ts';
import { broken } from './broken.ts';
import { isLostByCodex } from './codex.ts';
import { beyondGemini } from './gemini.ts';
import { listGenerated, listKinds } from './kinds.ts';
import { judgeByOpenAi } from './openai.ts';
import { cutByVsCode, isThrownByVsCode } from './vscode.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** Every tool that the checks and the validators written from the clients' own sources are compared by. */
let tools: ClientTool[];
beforeAll(() => {
  const lock = new URL('../../../../apps/demo/mcp.lock.json', import.meta.url);
  const demo = JSON.parse(readFileSync(lock, 'utf8')) as { tools: Record<string, Omit<ClientTool, 'name'>> };
  const conformance = createCatalog(appRouter, { auth: {} }).current!.tools;
  tools = [
    ...Object.entries(demo.tools).map(([name, tool]) => ({ ...tool, name })),
    ...Array.from(conformance.values(), ({ listed }) => listed.modern),
    ...[...listKinds(), ...listGenerated(20)].flatMap((list) => list.tools),
    ...broken,
  ];
});

/** Compares, tool by tool, whether one of these rules finds something. Returns the tools where the two differ. */
function differences(client: ClientName, rules: string[], judge: (tool: ClientTool) => boolean) {
  const different = tools.filter((tool) => {
    const found = checkTools([tool], [client]).some(({ rule }) => rules.includes(rule));
    return found !== judge(tool);
  });
  return different.map(({ name, inputSchema }) => ({ name, schema: JSON.stringify(inputSchema) }));
}

test('there are many tools, and of each kind that is refused some', () => {
  expect(tools.length).toBeGreaterThan(500);
  const rules = new Set(
    checkTools(tools)
      .filter(({ severity }) => severity === 'error')
      .map(({ client, rule }) => `${client} ${rule}`),
  );
  expect([...rules].toSorted()).toEqual(
    expect.arrayContaining([
      'chatgpt array-items',
      'chatgpt boolean-schema',
      'chatgpt look-around',
      'chatgpt object-properties',
      'claude argument-name',
      'claude root-combinator',
      'claude root-object',
      'codex foreign-ref',
      'codex unreadable',
      'cursor type-list',
      'gemini const-text',
      'gemini exclusive-bound',
      'gemini property-names',
      'llama.cpp look-around',
      'vscode array-items',
      'vscode draft-07',
    ]),
  );
});

describe('the checks agree with', () => {
  test('the normaliser of VS Code, about what loses all tools', () => {
    expect(differences('vscode', ['array-items', 'draft-07'], isThrownByVsCode)).toEqual([]);
  });
  test('the normaliser of VS Code, about what is cut', () => {
    expect(differences('vscode', ['root-keyword'], (tool) => cutByVsCode(tool).length > 0)).toEqual([]);
  });
  test('Codex, about what is lost', () => {
    expect(differences('codex', ['foreign-ref', 'unreadable'], isLostByCodex)).toEqual([]);
  });
  test.each([
    ['boolean-schema', 'boolean'],
    ['object-properties', 'properties'],
    ['array-items', 'items'],
    ['look-around', 'pattern'],
  ])('OpenAI, about what is refused: %s', (rule, reason) => {
    const judge = (tool: ClientTool) => judgeByOpenAi(tool).refused.includes(reason);
    expect(differences('openai', [rule], judge)).toEqual([]);
    expect(differences('chatgpt', [rule], judge)).toEqual([]);
  });
  test.each([
    ['strict-optional', 'optional'],
    ['strict-open', 'open'],
    ['strict-one-of', 'oneOf'],
    ['strict-format', 'format'],
  ])('OpenAI, about what strict mode refuses: %s', (rule, reason) => {
    expect(differences('openai', [rule], (tool) => judgeByOpenAi(tool).strict.includes(reason))).toEqual([]);
  });
  test.each([
    ['exclusive-bound', ['exclusiveMinimum', 'exclusiveMaximum']],
    ['const-text', ['text']],
    ['property-names', ['propertyNames']],
    ['type-list', ['types']],
    ['ref', ['$ref']],
    ['format', ['format']],
    ['enum-value', ['enum']],
  ])('Gemini, about what it cannot hold: %s', (rule, reasons) => {
    const judge = (tool: ClientTool) => reasons.some((reason) => beyondGemini(tool).has(reason));
    expect(differences('gemini', [rule], judge)).toEqual([]);
  });
});
