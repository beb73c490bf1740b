import { initTRPC } from '@trpc/server';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createToolCaller } from '../../src/caller/tool-caller.ts';
import type { CodeRun, McpMeta } from '../../src/index.ts';
import { api, scripts } from './script.ts';

const t = initTRPC.meta<McpMeta>().create();

/** What code does: one call, some things one after the other, or some at the same time. */
type Step =
  { kind: 'call'; asks: boolean; turns: number; ticks: number } | { kind: 'all' | 'each'; steps: Step[] };

const call: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('call' as const),
  asks: fc.boolean(),
  turns: fc.nat(6),
  ticks: fc.nat(30),
});
const group = (kind: 'all' | 'each', of: fc.Arbitrary<Step>, most: number): fc.Arbitrary<Step> =>
  fc.record({ kind: fc.constant(kind), steps: fc.array(of, { minLength: 1, maxLength: most }) });
const few = fc.oneof(call, group('all', call, 3));
/** Some sequences beside each other: which of them comes to its next call first would depend on chance. */
const step = fc.oneof(
  group('all', group('each', few, 4), 3),
  group('each', group('all', group('each', few, 2), 3), 3),
);

interface Counted {
  calls: number;
  asking: number;
}

function count(of: Step): Counted {
  if (of.kind === 'call') return { calls: 1, asking: of.asks ? 1 : 0 };
  const counts = of.steps.map(count);
  return {
    calls: counts.reduce((sum, { calls }) => sum + calls, 0),
    asking: counts.reduce((sum, { asking }) => sum + asking, 0),
  };
}

/** Does the steps. Every call has a number of its own, in the order in which the code comes to it. */
async function walk(of: Step, run: CodeRun, next: () => number): Promise<unknown> {
  if (of.kind === 'call') {
    const result = await api(run, of.asks ? 'change' : 'read', { n: next(), turns: of.turns });
    // Code may take its time with a result, without waiting for anything but promises.
    for (let tick = 0; tick < of.ticks; tick++) await Promise.resolve();
    return result;
  }
  if (of.kind === 'all') return Promise.all(of.steps.map((each) => walk(each, run, next)));
  const results: unknown[] = [];
  for (const each of of.steps) results.push(await walk(each, run, next));
  return results;
}

/** Ends after so many turns of the event loop, so that calls end in an order of their own. */
async function wait(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}

test('whatever code does at once and in turn, and whoever is asked: each call runs once, and has its own result', async () => {
  let current!: Step;
  const ran: number[] = [];
  const input = z.object({ n: z.number(), turns: z.number() });
  const resolve = async ({ input: { n, turns } }: { input: z.output<typeof input> }) => {
    await wait(turns);
    ran.push(n);
    return n;
  };
  const router = t.router({
    read: t.procedure.meta({ mcp: true }).input(input).query(resolve),
    change: t.procedure
      .meta({ mcp: { confirm: true } })
      .input(input)
      .mutation(resolve),
  });
  let rounds = 0;
  const discovery = scripts({
    it: async (run) => {
      rounds++;
      let number = 0;
      return { numbers: await walk(current, run, () => number++), startedAt: run.startedAt, seed: run.seed };
    },
  });
  let asked = 0;
  const caller = createToolCaller(router, {
    discovery,
    ctx: {},
    onElicit: () => {
      asked++;
      return { action: 'accept', content: {} };
    },
  });
  await fc.assert(
    fc.asyncProperty(
      step.filter((each) => count(each).asking <= 9 && count(each).calls <= 20),
      async (steps) => {
        current = steps;
        ran.length = asked = rounds = 0;
        const { calls, asking } = count(steps);
        const { content, isError } = await caller.callTool('run_code', { code: 'it' });
        const [{ text }] = content as unknown as [{ text: string }];
        expect([text, isError]).toEqual([expect.stringMatching(/^\{"numbers":/), undefined]);
        const all = Array.from({ length: calls }, (_, n) => n);
        expect(ran.toSorted((a, b) => a - b)).toEqual(all);
        const { numbers } = JSON.parse(text) as { numbers: unknown };
        expect([numbers].flat(20 as 1).toSorted((a, b) => Number(a) - Number(b))).toEqual(all);
        expect([asked, rounds]).toEqual([asking, asking + 1]);
      },
    ),
    { numRuns: 100 },
  );
});
