import { initTRPC, TRPCError } from '@trpc/server';
import type { CreateExpressContextOptions } from '@trpc/server/adapters/express';
import fc from 'fast-check';
import superjson from 'superjson';
import { z } from 'zod';
import { bypassable, type McpMeta } from '../src/index.ts';
import { type Call, type Context, dated, ends, inputs, questions, steps, users } from './random-steps.ts';

/** The callers of a generated router, by the headers that they send. */
export const callers = {
  anonymous: {},
  forger: { 'x-user': 'nobody-we-know' },
  vera: { 'x-user': 'vera' },
  eve: { 'x-user': 'eve' },
  ada: { 'x-user': 'ada' },
};

/** The middleware and parsers of a procedure, in this order. */
type Step = keyof typeof steps | `input:${keyof typeof inputs}` | `marked:${keyof typeof steps}`;

/** The description of a router. fast-check prints it when a property fails. */
export interface Plan {
  transformer: 'superjson' | 'none';
  errors: 'as they are' | 'without code' | 'without data';
  context: 'lets all in' | 'refuses forgers';
  procedures: {
    type: 'query' | 'mutation';
    area: string | undefined;
    steps: Step[];
    output: 'unchecked' | 'text';
    end: keyof typeof ends;
  }[];
}

const stepNames = Object.keys(steps) as (keyof typeof steps)[];

export const plan: fc.Arbitrary<Plan> = fc.record({
  transformer: fc.constantFrom('superjson', 'none'),
  errors: fc.constantFrom('as they are', 'without code', 'without data'),
  context: fc.constantFrom('lets all in', 'refuses forgers'),
  procedures: fc.array(
    fc.record({
      type: fc.constantFrom('query', 'mutation'),
      area: fc.option(fc.constantFrom('rows', 'rows.deep', 'people'), { nil: undefined }),
      steps: fc
        .tuple(
          fc.array(middlewareStep(), { maxLength: 3 }),
          fc.option(fc.constantFrom('input:object', 'input:either', 'input:optional'), { nil: undefined }),
          fc.array(middlewareStep(), { maxLength: 3 }),
        )
        .map(([before, input, after]): Step[] => [...before, ...(input ? [input] : []), ...after]),
      output: fc.constantFrom('unchecked', 'unchecked', 'unchecked', 'text'),
      end: fc.constantFrom('value', 'value', 'value', 'nothing', 'refusal', 'crash'),
    }),
    { minLength: 1, maxLength: 5 },
  ),
});

function middlewareStep(): fc.Arbitrary<Step> {
  return fc.oneof(
    fc.constantFrom(...stepNames),
    fc.constantFrom(...stepNames).map((name): Step => `marked:${name}`),
  );
}

/** A builder whose type does not grow with each step, because the steps are known only at run time. */
interface Builder {
  use(middleware: unknown): Builder;
  input(parser: unknown): Builder;
  output(parser: unknown): Builder;
  query(resolver: () => unknown): never;
  mutation(resolver: () => unknown): never;
}

/** Builds the router of a plan, and inputs for its procedures. */
export function buildRouter({ transformer, errors, procedures }: Plan) {
  const t = initTRPC
    .context<Context>()
    .meta<McpMeta>()
    .create({
      ...(transformer === 'superjson' && { transformer: superjson }),
      errorFormatter({ shape }) {
        if (errors === 'without data') return { message: shape.message, code: shape.code };
        if (errors === 'without code') return { ...shape, data: { house: 'rules' } };
        return shape;
      },
    });
  const asked: Record<string, readonly unknown[]> = {};
  const record: Record<string, object> = {};
  for (const [index, { type, area, steps: names, output, end }] of procedures.entries()) {
    const path = area ? `${area}.p${index}` : `p${index}`;
    const parser = names.find((name) => name.startsWith('input:'))?.slice('input:'.length);
    if (parser) asked[path] = questions[parser as keyof typeof inputs];
    // Without a transformer, tRPC cannot send dates.
    if (parser === 'object' && transformer === 'superjson') asked[path] = [...questions.object, dated];
    let builder = t.procedure.meta({ mcp: true }) as unknown as Builder;
    for (const name of names) builder = addStep(builder, name);
    if (output === 'text') builder = builder.output(z.string());
    put(record, path.split('.'), builder[type](ends[end]));
  }
  return { router: t.router(record as Record<string, never>), inputs: asked };
}

function put(record: Record<string, object>, [key = '', ...rest]: string[], procedure: object): void {
  if (rest.length === 0) record[key] = procedure;
  else put((record[key] ??= {}) as Record<string, object>, rest, procedure);
}

function addStep(builder: Builder, name: Step): Builder {
  const [kind, detail] = name.split(':') as [string, string | undefined];
  if (kind === 'input') return builder.input(inputs[detail as keyof typeof inputs]);
  if (kind !== 'marked') return builder.use(steps[kind as keyof typeof steps]);
  const marked = steps[detail as keyof typeof steps] as (options: Call) => Promise<unknown>;
  return builder.use(bypassable('permissions', marked));
}

/** The `createContext` of a plan, for tRPC and MCP alike. */
export function contextOf({ context }: Plan) {
  return ({ req }: Pick<CreateExpressContextOptions, 'req'>): Context => {
    const sent = req.headers['x-user'];
    const user = users.find(({ name }) => name === sent);
    if (sent && !user && context === 'refuses forgers') {
      throw new TRPCError({ code: 'UNAUTHORIZED', message: 'nobody has this name' });
    }
    return { user };
  };
}
