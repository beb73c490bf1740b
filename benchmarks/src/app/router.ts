import { initTRPC, TRPCError } from '@trpc/server';
import { z } from 'zod';
import { rowsOf } from './rows.ts';
import { waitFor } from './wait.ts';

/** The context that `createContext` makes from a header, on every host. */
export interface Context {
  user: string | undefined;
}

/** Which router a server serves. */
export interface AppShape {
  /** The number of procedures besides those that are measured. */
  fillers?: number;
  /** Procedures with this many more middleware, named `deep0`, `deep5`, …. */
  depths?: readonly number[];
  /** Procedures that take a while, `wait` and the idempotent `pay`, and one that fails, named `fail`. */
  soak?: boolean;
  /** `greet`, which is `hello` as a tool, a resource and a prompt. */
  kinds?: boolean;
  /** How many of `fillers` have `visible`, which shows them. With it come `shown` and `hidden`, which are `hello` with it. */
  guarded?: number;
  /** `agree`, which is `hello` after a question for consent. */
  consent?: boolean;
  /** trpc-to-mcp needs its own keys in a procedure's meta. */
  meta?: 'trpc-mcp' | 'trpc-to-mcp';
}

interface Meta {
  mcp?: {
    description: string;
    enabled?: boolean;
    idempotent?: boolean;
    tool?: boolean;
    resource?: { uri: string };
    prompt?: boolean;
    confirm?: string;
    visible?: (ctx: Context) => boolean;
  };
}

const t = initTRPC.context<Context>().meta<Meta>().create();

export const helloInput = z.object({ name: z.string().min(1).max(80).describe('Who is greeted') });
export const helloOutput = z.object({ greeting: z.string() });
export const rowsInput = z.object({ count: z.int().min(0).max(10_000).default(100) });
export const rowsOutput = z.object({
  rows: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      email: z.string(),
      state: z.enum(['active', 'closed']),
      balance: z.number(),
      createdAt: z.date(),
      closedAt: z.date().nullable(),
    }),
  ),
});

const authed = t.procedure.use(({ ctx: { user }, next }) => {
  if (user === undefined) throw new TRPCError({ code: 'UNAUTHORIZED' });
  return next({ ctx: { user } });
});

/** Makes the procedures that are measured, and others that a section needs. */
export function createApp(shape: AppShape = {}) {
  const { fillers = 0, depths = [], soak = false, kinds = false, meta = 'trpc-mcp' } = shape;
  const { guarded, consent = false } = shape;
  const say = (description: string): Meta => ({
    mcp: meta === 'trpc-mcp' ? { description } : { enabled: true, description },
  });
  return t.router({
    hello: authed
      .meta(say('Greets somebody by name.'))
      .input(helloInput)
      .output(helloOutput)
      .query(({ input }) => ({ greeting: `Hello ${input.name}` })),
    rows: authed
      .meta(say('Lists the first customers, oldest first.'))
      .input(rowsInput)
      .output(rowsOutput)
      .query(({ input }) => ({ rows: rowsOf(input.count) })),
    ...(soak && createSoak(say)),
    ...(kinds && createKinds()),
    ...(guarded !== undefined && createGuarded()),
    ...(consent && { agree: createHello({ confirm: 'Greet {name}?' }) }),
    ...Object.fromEntries(depths.map((depth) => [`deep${depth}`, createDeep(depth, say)])),
    ...Object.fromEntries(
      Array.from({ length: fillers }, (_, n) => [
        `thing${n}`,
        createThing(n, n < (guarded ?? 0) ? sayGuarded : say),
      ]),
    ),
  });
}

export type App = ReturnType<typeof createApp>;

function createKinds() {
  return { greet: createHello({ tool: true, resource: { uri: 'greetings://{name}' }, prompt: true }) };
}

/** `hello` with further settings. */
function createHello(settings: Partial<NonNullable<Meta['mcp']>>) {
  return authed
    .meta({ mcp: { description: 'Greets somebody by name.', ...settings } })
    .input(helloInput)
    .output(helloOutput)
    .query(({ input }) => ({ greeting: `Hello ${input.name}` }));
}

function createGuarded() {
  return {
    shown: createHello({ visible: ({ user }) => user !== undefined }),
    hidden: createHello({ visible: ({ user }) => user === undefined }),
  };
}

function sayGuarded(description: string): Meta {
  return { mcp: { description, visible: ({ user }) => user !== undefined } };
}

function createSoak(say: (description: string) => Meta) {
  return {
    wait: authed.meta(say('Answers after a while.')).query(async ({ signal }) => {
      await waitFor(25, signal);
      return { waited: true };
    }),
    pay: authed.meta({ mcp: { description: 'Pays.', idempotent: true } }).mutation(async ({ signal }) => {
      await waitFor(25, signal);
      signal?.throwIfAborted();
      return { paid: true };
    }),
    fail: authed.meta(say('Fails.')).query(() => {
      throw new TRPCError({ code: 'NOT_FOUND', message: 'There is no such customer' });
    }),
  };
}

/**
 * What a typical procedure takes and returns. New schemas each time, because validators cache what they have
 * computed.
 */
export function describeThing(n: number) {
  const inputSchema = z.object({
    id: z.uuid().describe(`Id of thing ${n}`),
    name: z.string().min(1).max(80).optional(),
    state: z.enum(['active', 'closed', `state${n}`]).default('active'),
    since: z.date().optional(),
    limit: z.int().min(1).max(100).default(20),
  });
  const outputSchema = z.object({ id: z.string(), n: z.number(), tags: z.array(z.string()) });
  return { description: `Reads thing number ${n} by its id.`, inputSchema, outputSchema };
}

function createThing(n: number, say: (description: string) => Meta) {
  const { description, inputSchema, outputSchema } = describeThing(n);
  return authed
    .meta(say(description))
    .input(inputSchema)
    .output(outputSchema)
    .query(({ input: { id } }) => ({ id, n, tags: ['a', 'b'] }));
}

function createDeep(depth: number, say: (description: string) => Meta) {
  let procedure = authed;
  for (let level = 0; level < depth; level++)
    procedure = procedure.use(({ next }) => next()) as typeof authed;
  return procedure
    .meta(say(`Greets from below ${depth} more middleware.`))
    .input(helloInput)
    .output(helloOutput)
    .query(({ input }) => ({ greeting: `Hello ${input.name}` }));
}
