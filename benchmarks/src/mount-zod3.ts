import type { McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/fetch';
import { initTRPC } from '@trpc/server';
import * as zod4 from 'zod';
import { z as zod3 } from 'zod/v3';

/**
 * Measures mounting with zod 3 beside zod 4: 273 procedures like those of documenso, whose list takes about 950 tokens for
 * each. Rows of about fifteen columns, made by a generator, are shared by the outputs, and extended, picked and nested.
 */
const count = 273;
const rounds = 5;

type Zod = typeof zod4;

function makeRouter(z: Zod) {
  const t = initTRPC.meta<McpMeta>().create();
  const status = z.enum(['DRAFT', 'PENDING', 'COMPLETED', 'REJECTED']);
  const row = (name: string) =>
    z.object({
      id: z.number().int(),
      [`${name}Id`]: z.string().min(1).describe(`The id of the ${name}.`),
      ...Object.fromEntries(
        Array.from({ length: 5 }, (_, n) => [
          [`text${n}`, z.string().max(500).nullable()],
          [`count${n}`, z.number().int().min(0)],
        ]).flat() as [string, zod4.ZodType][],
      ),
      status,
      createdAt: z.date(),
      updatedAt: z.date(),
      deletedAt: z.date().nullish(),
    });
  const user = row('user').pick({ id: true, text0: true, status: true } as never);
  const procedures = Array.from({ length: count }, (_, n) => {
    const one = row(`thing${n}`);
    const input = z.object({
      filter: z
        .object({ status: z.array(status).optional(), owner: z.number().positive().optional() })
        .optional(),
      sort: z.union([z.literal('name'), z.literal('createdAt')]).default('name'),
      data: one.partial().omit({ id: true, createdAt: true } as never),
      meta: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
      page: z.number().int().positive().default(1),
    });
    const output = z.object({
      data: z.array(
        one.extend({ user, recipients: z.array(row('recipient')), fields: z.array(row('field')) }),
      ),
      count: z.number(),
      currentPage: z.number(),
    });
    const procedure = t.procedure
      .meta({ mcp: {} })
      .input(input)
      .output(output as never);
    return [`thing${n}`, procedure.query(() => ({}) as never)] as const;
  });
  return t.router({ things: t.router(Object.fromEntries(procedures)) });
}

async function measure(z: Zod): Promise<number> {
  const router = makeRouter(z);
  const before = process.cpuUsage();
  const handler = mcpHandler(router);
  await handler.ready();
  const { user, system } = process.cpuUsage(before);
  await handler.close();
  return (user + system) / 1000 / count;
}

const list = await mcpHandler(makeRouter(zod3 as unknown as Zod))(
  new Request('http://localhost/', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      host: 'localhost',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }),
  }),
);
console.log(`${Math.round((await list.text()).length / 4 / count)} tokens of the list for each procedure`);

const samples = { 'zod 3': [] as number[], 'zod 4': [] as number[] };
for (let round = 0; round < rounds; round++) {
  samples['zod 3'].push(await measure(zod3 as unknown as Zod));
  samples['zod 4'].push(await measure(zod4));
}
console.table(
  Object.fromEntries(
    Object.entries(samples).map(([name, all]) => [
      name,
      {
        'first, CPU ms each': all[0]!.toFixed(2),
        median: all.toSorted((a, b) => a - b)[rounds >> 1]!.toFixed(2),
      },
    ]),
  ),
);
