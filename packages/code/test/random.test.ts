import { initTRPC } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import { createToolCaller } from '@trpc-mcp/core/caller';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { codeMode } from '../src/index.ts';

const t = initTRPC.meta<McpMeta>().create();

/** A part of a program, with how many calls it makes, and how many of these ask a person. */
interface Part {
  code: string;
  calls: number;
  asking: number;
}

const call: fc.Arbitrary<Part> = fc
  .record({ asks: fc.boolean(), turns: fc.nat(5), ticks: fc.nat(20) })
  .map(({ asks, turns, ticks }) => ({
    code: `call(${asks}, ${turns}, ${ticks})`,
    calls: 1,
    asking: asks ? 1 : 0,
  }));

function join(parts: readonly Part[], write: (codes: string[]) => string): Part {
  return {
    code: write(parts.map(({ code }) => code)),
    calls: parts.reduce((sum, { calls }) => sum + calls, 0),
    asking: parts.reduce((sum, { asking }) => sum + asking, 0),
  };
}

const list = (of: fc.Arbitrary<Part>, most: number) => fc.array(of, { minLength: 1, maxLength: most });
const atOnce = (of: fc.Arbitrary<Part>, most: number): fc.Arbitrary<Part> =>
  list(of, most).map((parts) => join(parts, (codes) => `Promise.all([${codes.join(', ')}])`));
const inTurn = (of: fc.Arbitrary<Part>, most: number): fc.Arbitrary<Part> =>
  list(of, most).map((parts) =>
    join(parts, (codes) => `(async () => [${codes.map((code) => `await ${code}`).join(', ')}])()`),
  );

const head = `let count = 0;
async function call(asks, turns, ticks) {
  const args = { n: count++, turns, chance: Math.random(), time: Date.now() };
  const result = asks ? await api.change.mutate(args) : await api.read.query(args);
  for (let tick = 0; tick < ticks; tick++) await undefined;
  return result;
}
`;

test('whatever a program does at once and in turn, and whoever is asked: each call runs once, and has its own result', async () => {
  const ran: number[] = [];
  const input = z.object({ n: z.number(), turns: z.number(), chance: z.number(), time: z.number() });
  const run = async ({ input: { n, turns } }: { input: z.output<typeof input> }) => {
    // Calls end in an order of their own.
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
    ran.push(n);
    return n;
  };
  const router = t.router({
    read: t.procedure.meta({ mcp: true }).input(input).query(run),
    change: t.procedure
      .meta({ mcp: { confirm: true } })
      .input(input)
      .mutation(run),
  });
  let asked = 0;
  const caller = createToolCaller(router, {
    discovery: codeMode(),
    ctx: {},
    onElicit: () => {
      asked++;
      return { action: 'accept', content: {} };
    },
  });
  await fc.assert(
    fc.asyncProperty(
      atOnce(inTurn(fc.oneof(call, atOnce(call, 3)), 3), 3).filter(({ asking }) => asking <= 9),
      async ({ code, calls, asking }) => {
        ran.length = asked = 0;
        const { content, isError } = await caller.callTool('run_code', {
          code: `${head}return await ${code};`,
        });
        const [{ text }] = content as unknown as [{ text: string }];
        expect([text, isError]).toEqual([expect.stringMatching(/^\[/), undefined]);
        const all = Array.from({ length: calls }, (_, n) => n);
        expect(ran.toSorted((a, b) => a - b)).toEqual(all);
        const numbers = (JSON.parse(text) as unknown[]).flat(20 as 1);
        expect(numbers.toSorted((a, b) => Number(a) - Number(b))).toEqual(all);
        expect(asked).toBe(asking);
      },
    ),
    { numRuns: 30 },
  );
});
