import { initTRPC } from '@trpc/server';
import { toJsonSchema } from '@valibot/to-json-schema';
import fc from 'fast-check';
import { createCatalog } from '../../src/catalog/catalog.ts';
import type { ClientTool } from '../../src/clients/clients.ts';
import type { McpMeta } from '../../src/index.ts';
import type { SchemaOptions } from '../../src/schema/input.ts';
import { groups } from '../schema/fixtures/index.ts';
import { outputs } from '../schema/fixtures/outputs.ts';
import { casesOf } from '../schema/generated/cases.ts';
import { validators } from '../schema/generated/validators.ts';
import { rows } from '../schema/wire-format/rows.ts';

/** The tools of one router, as a client of one era lists them. */
export interface List {
  of: string;
  tools: ClientTool[];
}

/** A schema of an app, as a procedure has it. */
interface Kind {
  inputs: readonly unknown[];
  output?: unknown;
  /** `override` is what the app hands in with `meta.mcp`. */
  options: SchemaOptions & { override?: unknown };
}

const mostTools = 40;

/** Lists routers of at most 40 tools each, which together hold every kind of schema that the suite knows. */
export function listKinds(): List[] {
  const ofFixtures = Object.values(groups)
    .flat()
    .filter(({ refused }) => refused === undefined)
    .map(({ inputs, options }): Kind => ({ inputs, options: options ?? {} }));
  const ofOutputs = outputs.map(({ output, options }): Kind => ({
    inputs: [],
    output,
    options: options ?? {},
  }));
  const ofRows = rows.flatMap(({ schemas, hidden, inputOnly }) =>
    Object.entries(schemas).map(([column, schema]): Kind => {
      const codecs = column === 'zod 3' && hidden ? [{ class: hidden, parser: schema }] : [];
      const options = { converters: { valibot: toJsonSchema }, codecs };
      return { inputs: [schema], ...(!inputOnly && { output: schema }), options };
    }),
  );
  return listAll({ fixtures: ofFixtures, outputs: ofOutputs, 'wire format': ofRows });
}

/** Lists routers with generated schemas, for each library. They are the same in each run. */
export function listGenerated(count: number): List[] {
  return listAll(
    Object.fromEntries(
      Object.entries(validators).map(([name, { kinds, build, options = {}, sortsUnions }]) => {
        const cases = fc.sample(casesOf(kinds, sortsUnions, 0), { numRuns: count, seed: 16 });
        return [
          name,
          cases.map(({ type }): Kind => ({ inputs: [build(type)], output: build(type), options })),
        ];
      }),
    ),
  );
}

function listAll(kinds: Record<string, Kind[]>): List[] {
  return Object.entries(kinds).flatMap(([of, all]) => {
    const chunks: Kind[][] = [];
    for (let start = 0; start < all.length; start += mostTools)
      chunks.push(all.slice(start, start + mostTools));
    return chunks.flatMap((chunk, index) => listRouter(`${of} ${index + 1}`, chunk));
  });
}

interface Builder {
  input(parser: unknown): Builder;
  output(parser: unknown): Builder;
  query(resolver: () => unknown): object;
}

function listRouter(of: string, chunk: readonly Kind[]): List[] {
  const made = chunk.flatMap((kind, index) => toolsOf(kind, `kind_${index}`));
  return (['modern', 'legacy'] as const).map((era) => ({
    of: `${of}, ${era}`,
    tools: made.map(({ listed }) => listed[era]),
  }));
}

/** Each kind has options of its own, which a handler would have for all of its tools. */
function toolsOf({ inputs, output, options: { override, ...options } }: Kind, name: string) {
  const mcp = override === undefined || { [output === undefined ? 'input' : 'output']: override };
  const t = initTRPC.meta<McpMeta>().create();
  // Cast: the parsers of a fixture are known only at run time.
  let builder = t.procedure.meta({ mcp }) as unknown as Builder;
  for (const parser of inputs) builder = builder.input(parser);
  if (output !== undefined) builder = builder.output(output);
  const router = t.router({ [name]: builder.query(() => undefined) } as never);
  return [...createCatalog(router, { ...options, auth: {} }).current!.tools.values()];
}
