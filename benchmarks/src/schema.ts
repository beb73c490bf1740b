import { initTRPC } from '@trpc/server';
import superjson from 'superjson';
import * as z from 'zod';
import { compileInput } from '../../packages/core/src/schema/input.ts';
import { compileOutput } from '../../packages/core/src/schema/output.ts';

/**
 * Measures the wire codec: the arguments and the result of one call, compared with the call itself and with
 * superjson, and compiling 1,000 procedures. The rounds are interleaved, so that a busy machine affects all of them
 * equally.
 */

const at = new Date('2026-01-31T09:00:00.000Z');
const plainArgs = { name: 'Ada', limit: 20, tags: ['a', 'b'], filter: { active: true } };
const dateArgs = { since: '2026-01-31T09:00:00Z', limit: 20 };
const rows = Array.from({ length: 100 }, (_, id) => ({
  id,
  name: `Customer ${id}`,
  email: `c${id}@example.com`,
  createdAt: at,
  updatedAt: at,
  seenAt: at,
}));

const Plain = z.object({
  name: z.string(),
  limit: z.number(),
  tags: z.array(z.string()),
  filter: z.object({ active: z.boolean() }),
});
const Row = z.object({
  id: z.number(),
  name: z.string(),
  email: z.string(),
  createdAt: z.date(),
  updatedAt: z.date(),
  seenAt: z.date(),
});

const plain = compileInput([Plain]);
const exact = compileInput([Plain], { repair: false });
const dated = compileInput([z.object({ since: z.date(), limit: z.number() })]);
const list = compileOutput(z.array(Row));
const unknown = compileOutput(undefined);
const plainOut = compileOutput(Plain);
const jsonRows = JSON.parse(JSON.stringify(rows)) as unknown;
const rowsIn = compileInput([z.object({ rows: z.array(Row) })]);

const t = initTRPC.create();
const router = t.router({ hello: t.procedure.input(Plain).query(({ input }) => input.name) });
const caller = router.createCaller({});

let sink: unknown;
const cases: Record<string, () => unknown> = {
  'a procedure call': () => caller.hello(plainArgs),
  'decode, no marks, repair off': () => exact.decode(plainArgs),
  'decode, no marks': () => plain.decode(plainArgs),
  'decode, one date': () => dated.decode(dateArgs),
  'decode, 100 rows × 3 dates': () => rowsIn.decode({ rows: jsonRows }),
  'encode, no marks': () => plainOut.encode(plainArgs),
  'encode, 100 rows × 3 dates': () => list.encode(rows),
  'encode + stringify, 100 rows × 3 dates': () =>
    JSON.stringify((list.encode(rows) as { json: unknown }).json),
  'the same, without a schema': () => JSON.stringify((unknown.encode(rows) as { json: unknown }).json),
  'superjson.serialize + stringify of the same': () => JSON.stringify(superjson.serialize(rows)),
  'JSON.stringify of the same': () => JSON.stringify(rows),
};

const rounds = 25;
const samples = new Map<string, number[]>(Object.keys(cases).map((name) => [name, []]));
for (let round = 0; round < rounds; round++) {
  for (const [name, run] of Object.entries(cases)) {
    const times = name.includes('100 rows') || name.includes('same') ? 50 : 2_000;
    const start = performance.now();
    for (let index = 0; index < times; index++) {
      sink = run();
      if (sink instanceof Promise) sink = await sink;
    }
    samples.get(name)!.push(((performance.now() - start) / times) * 1000);
  }
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;
const result = new Map([...samples].map(([name, values]) => [name, median(values)]));
const call = result.get('a procedure call')!;
const superjsonTime = result.get('superjson.serialize + stringify of the same')!;
console.log('| | µs | ÷ a call | ÷ superjson |\n|---|---|---|---|');
for (const [name, time] of result) {
  console.log(
    `| ${name} | ${time.toFixed(2)} | ${(time / call).toFixed(3)} | ${(time / superjsonTime).toFixed(3)} |`,
  );
}

function compileMany(count: number): number {
  const parsers = Array.from({ length: count }, (_, index) => [
    z.object({
      id: z.uuid().describe(`Id ${index}`),
      since: z.date().optional(),
      limit: z.int().min(1).default(20),
    }),
    z.object({
      id: z.string(),
      createdAt: z.date(),
      tags: z.set(z.string()),
      owner: z.object({ name: z.string() }),
    }),
  ]);
  const start = performance.now();
  for (const [input, output] of parsers) sink = [compileInput([input]), compileOutput(output)];
  return performance.now() - start;
}
compileMany(100);
console.log(
  `\n1,000 procedures, input and output compiled: ${median([1, 2, 3].map(() => compileMany(1000))).toFixed(0)} ms`,
);
