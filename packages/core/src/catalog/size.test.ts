import { initTRPC, lazy } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../adapters/fetch.ts';
import type { McpMeta } from '../meta.ts';
import { SetupError } from '../setup-error.ts';
import { createCatalog } from './catalog.ts';
import { describeSize, sizeOf } from './size.ts';

const t = initTRPC.meta<McpMeta>().create();
const described = (length: number) =>
  t.procedure.meta({ mcp: { description: 'x'.repeat(length) } }).query(() => 1);

function listOf(router: Parameters<typeof createCatalog>[0]) {
  return [...createCatalog(router, {}).current!.tools.values()];
}

test('the size of a list is that of its entries, of which the ten largest are named', () => {
  const tools = Array.from({ length: 12 }, (_, index) => [`tool${index}`, described(4000 - 100 * index)]);
  const list = listOf(t.router(Object.fromEntries(tools) as Record<string, ReturnType<typeof described>>));
  const size = sizeOf(list);
  const characters = list.map(({ listed }) => JSON.stringify(listed.modern).length);
  expect(size.tools).toBe(12);
  expect(size.tokens).toBe(characters.reduce((sum, each) => sum + Math.ceil(each / 4), 0));
  expect(size.largest.map(({ name }) => name)).toEqual(tools.slice(0, 10).map(([name]) => name));
  expect(describeSize(size)).toMatch(
    /^12 tools, about \d+ tokens in tools\/list; the largest: tool0 \d+, tool1 /,
  );
});

test('the era whose list is longer is measured', () => {
  const of = t.router({
    rows: t.procedure
      .meta({ mcp: true })
      .output(z.array(z.object({ name: z.string() })))
      .query(() => []),
  });
  const [rows] = listOf(of);
  expect(JSON.stringify(rows!.listed.legacy).length).toBeGreaterThan(
    JSON.stringify(rows!.listed.modern).length,
  );
  expect(sizeOf([rows!]).tokens).toBe(Math.ceil(JSON.stringify(rows!.listed.legacy).length / 4));
});

test('no tool is told as none, one as one', () => {
  expect(describeSize(sizeOf([]))).toBe('0 tools, about 0 tokens in tools/list');
  expect(describeSize(sizeOf(listOf(t.router({ a: described(10) }))))).toMatch(
    /^1 tool, about \d+ tokens in tools\/list; a \d+$/,
  );
});

test('a small output schema has at most 300 tokens in the era in which it is listed', () => {
  const lengths = Array.from({ length: 40 }, (_, index) => 900 + 8 * index);
  const rows = (length: number) =>
    t.procedure
      .meta({ mcp: true })
      .output(z.array(z.string().describe('x'.repeat(length))))
      .query(() => []);
  const of = t.router(Object.fromEntries(lengths.map((length) => [`rows${length}`, rows(length)])));
  const { tools } = createCatalog(of, { outputSchemas: 'small' }).current!;
  const whole = createCatalog(of, {}).current!.tools;
  for (const era of ['modern', 'legacy'] as const) {
    const sizes = Array.from(whole.values(), ({ name, listed }) => ({
      isSmall: Math.ceil(JSON.stringify(listed[era].outputSchema).length / 4) <= 300,
      isListed: tools.get(name)!.listed[era].outputSchema !== undefined,
    }));
    for (const { isSmall, isListed } of sizes) expect(isListed).toBe(isSmall);
    expect(new Set(sizes.map(({ isSmall }) => isSmall)).size).toBe(2);
  }
});

describe('a budget', () => {
  const router = t.router({ small: described(10), large: described(4000) });

  test('that is kept says nothing', () => {
    expect(() => createCatalog(router, { budget: { listTokens: 2000 } })).not.toThrow();
    expect(() => createCatalog(router, { budget: {} })).not.toThrow();
  });

  test('that is exceeded is a set-up problem, which names what is largest and what to do', () => {
    const mount = () => createCatalog(router, { budget: { listTokens: 1000 } });
    expect(mount).toThrow(SetupError);
    expect(mount).toThrow(
      /budget\.listTokens: tools\/list has about \d+ tokens, and budget\.listTokens is 1000; .*large \d+, small \d+.*outputSchemas.* \[BUDGET_EXCEEDED\]/,
    );
  });

  test.each([[Number.NaN], [-1], [null], ['15000']])('of %j is one problem, not two', (listTokens) => {
    const mount = () => mcpHandler(router, { budget: { listTokens: listTokens as number } });
    expect(mount).toThrow(
      /budget\.listTokens: it is .*; it has to be a number of 0 or more \[LIMIT_INVALID\]$/,
    );
    expect(mount).not.toThrow(/BUDGET_EXCEEDED/);
  });

  test('counts what expose leaves and what lazy routers bring', async () => {
    const budget = { listTokens: 1000 };
    expect(() => createCatalog(router, { budget, expose: { exclude: ['large'] } })).not.toThrow();
    const later = t.router({ late: lazy(() => Promise.resolve(router)) });
    expect((await createCatalog(later, { budget }).problems).map(({ code }) => code)).toEqual([
      'BUDGET_EXCEEDED',
    ]);
  });
});
