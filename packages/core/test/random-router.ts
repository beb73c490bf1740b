import { initTRPC, TRPCError } from '@trpc/server';
import type { CreateExpressContextOptions } from '@trpc/server/adapters/express';
import fc from 'fast-check';
import superjson from 'superjson';
import { z } from 'zod';
import { bypassable, mcpDefaults, type McpMeta } from '../src/index.ts';

/** Who may call a generated router, by the headers they send. */
export const callers = {
  anonymous: {},
  forger: { 'x-user': 'nobody-we-know' },
  vera: { 'x-user': 'vera' },
  eve: { 'x-user': 'eve' },
  ada: { 'x-user': 'ada' },
};

interface User {
  name: string;
  role: 'viewer' | 'editor' | 'admin';
  pays: boolean;
}

const users: User[] = [
  { name: 'vera', role: 'viewer', pays: true },
  { name: 'eve', role: 'editor', pays: false },
  { name: 'ada', role: 'admin', pays: true },
];

interface Context {
  user: User | undefined;
}

const inputs = {
  object: z.object({ owner: z.string(), at: z.date().optional() }),
  either: z.union([z.object({ owner: z.string() }), z.string()]),
  optional: z.object({ owner: z.string() }).optional(),
};

/** What is asked of each of them: one's own row, another's, what is not valid, and nothing. */
const questions: Record<keyof typeof inputs, readonly unknown[]> = {
  object: [{ owner: 'vera' }, { owner: 'eve' }, { owner: 1 }, undefined],
  either: [{ owner: 'vera' }, 'eve', '', { owner: 1 }, 1, undefined],
  optional: [{ owner: 'vera' }, { owner: 'eve' }, { owner: 1 }, undefined],
};

const dated = { owner: 'ada', at: new Date(0) };

/** How a call is decided: middleware of these kinds one after another, parsers among them. */
type Step = keyof typeof steps | `input:${keyof typeof inputs}` | `marked:${keyof typeof steps}`;

interface Call {
  ctx: Context;
  input: unknown;
  path: string;
  getRawInput: () => Promise<unknown>;
  next: (options?: object) => Promise<{ ok: boolean }>;
}

/** How often each user has called what counts calls. Tests empty it before each call. */
export const used = new Map<string, number>();

const steps = {
  signedIn({ ctx, next }: Call) {
    if (!ctx.user) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'sign in first' });
    return next({ ctx: { signedIn: true } });
  },
  editor: withRole('editor', 'admin'),
  admin: withRole('admin'),
  async owner({ ctx, input, getRawInput, next }: Call) {
    const asked = (input ?? (await getRawInput())) as { owner?: unknown } | string | undefined;
    const owner = typeof asked === 'string' ? asked : asked?.owner;
    if (owner !== ctx.user?.name) throw new TRPCError({ code: 'NOT_FOUND', message: 'no such row' });
    return next();
  },
  limit({ ctx, next }: Call) {
    const who = ctx.user?.name ?? '';
    used.set(who, (used.get(who) ?? 0) + 1);
    if (used.get(who)! > 1) throw new TRPCError({ code: 'TOO_MANY_REQUESTS', message: 'once only' });
    return next();
  },
  pays({ ctx, next }: Call) {
    if (!ctx.user?.pays) throw new TRPCError({ code: 'PAYMENT_REQUIRED', message: 'pay first' });
    return next();
  },
  crash({ ctx, next }: Call) {
    if (ctx.user?.name === 'eve') throw new Error('password=hunter2');
    return next();
  },
  async rename({ next }: Call) {
    const result = await next();
    if (!result.ok) throw new TRPCError({ code: 'CONFLICT', message: 'as this app calls it' });
    return result;
  },
  // A path is at least one character longer than nothing, so this always waits and lets through.
  async slow({ path, next }: Call) {
    await new Promise((resolve) => setImmediate(resolve, path));
    return next();
  },
  defaults: mcpDefaults({ annotations: { openWorldHint: false } }),
};

function withRole(...roles: User['role'][]) {
  return ({ ctx, next }: Call) => {
    if (ctx.user && roles.includes(ctx.user.role)) return next();
    throw new TRPCError({ code: 'FORBIDDEN', message: `only for ${roles.join(' and ')}` });
  };
}

const ends = {
  value: () => ({ done: true }),
  nothing: () => undefined,
  refusal() {
    throw new TRPCError({ code: 'FORBIDDEN', message: 'not this row' });
  },
  crash() {
    throw new Error('password=hunter2');
  },
};

/** What a router is made of. fast-check prints it when a property fails. */
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

/** A builder whose type does not grow with each step: which steps there are is known at run time only. */
interface Builder {
  use(middleware: unknown): Builder;
  input(parser: unknown): Builder;
  output(parser: unknown): Builder;
  query(resolver: () => unknown): never;
  mutation(resolver: () => unknown): never;
}

/** Builds the router of a plan, with the inputs to ask its procedures. */
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
    // Without a transformer tRPC carries no dates.
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
