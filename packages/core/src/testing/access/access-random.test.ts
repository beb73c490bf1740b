import { createExpressMiddleware } from '@trpc/server/adapters/express';
import express from 'express';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { buildRouter, callers, contextOf, type Plan, plan } from '../../../test/random-router.ts';
import { used } from '../../../test/random-steps.ts';
import { seed } from '../../../test/schema/generated/seed.ts';
import { listen } from '../../../test/server.ts';
import { mcpHandler } from '../../adapters/express.ts';
import { getMcpCall } from '../../index.ts';
import { type AccessReport, compareAccess, type Verdict } from '../testing.ts';

const seen = new Set<Verdict>();

test(
  'tRPC and MCP decide alike, whatever middleware stands before a procedure',
  { timeout: 100_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(plan, async (made) => {
        const { answers, differences } = await compare(made, contextOf(made));
        for (const { trpc } of answers) seen.add(trpc);
        expect(differences).toEqual([]);
      }),
      { seed, numRuns: 12 },
    );
  },
);

test('a context that sees somebody else over MCP is found out', { timeout: 100_000 }, async () => {
  let found = 0;
  await fc.assert(
    fc.asyncProperty(plan, async (made) => {
      const asAda = contextOf({ ...made, context: 'lets all in' });
      const honest = contextOf(made);
      const { answers, differences } = await compare(made, (options) =>
        getMcpCall() ? asAda({ req: { headers: { 'x-user': 'ada' } } as never }) : honest(options),
      );
      // Over MCP every caller has Ada's access, and the report says exactly that.
      const adas = new Map(
        answers.filter(({ caller }) => caller === 'ada').map((one) => [keyOf(one), one.trpc] as const),
      );
      for (const one of answers) expect(one.mcp).toBe(adas.get(keyOf(one)));
      expect(differences).toEqual(answers.filter((one) => one.trpc !== adas.get(keyOf(one))));
      found += differences.length;
    }),
    { seed, numRuns: 8 },
  );
  expect(found).toBeGreaterThan(0);
});

// If all calls failed in the same way, the property would prove nothing.
afterAll(() => {
  expect([...seen]).toEqual(
    expect.arrayContaining([
      'OK',
      'UNAUTHORIZED',
      'FORBIDDEN',
      'NOT_FOUND',
      'BAD_REQUEST',
      'INTERNAL_SERVER_ERROR',
    ]),
  );
});

async function compare(made: Plan, createContext: ReturnType<typeof contextOf>): Promise<AccessReport> {
  const { router, inputs } = buildRouter(made);
  const app = express();
  app.use('/trpc', createExpressMiddleware({ router, createContext }));
  app.use('/mcp', mcpHandler(router, { createContext, onError: () => undefined }));
  await using server = await listen(app);
  return await compareAccess(router, {
    trpcUrl: `${server.url}/trpc`,
    mcpUrl: server.mcp,
    callers,
    inputs,
    reset: () => used.clear(),
  });
}

function keyOf({ path, input }: { path: string; input: unknown }): string {
  return `${path} ${JSON.stringify(input)}`;
}
