import { initTRPC, lazy } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
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

  test('counts what expose leaves and what lazy routers bring', async () => {
    const budget = { listTokens: 1000 };
    expect(() => createCatalog(router, { budget, expose: { exclude: ['large'] } })).not.toThrow();
    const later = t.router({ late: lazy(() => Promise.resolve(router)) });
    expect((await createCatalog(later, { budget }).problems).map(({ code }) => code)).toEqual([
      'BUDGET_EXCEEDED',
    ]);
  });
});
