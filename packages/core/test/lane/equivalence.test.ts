import { initTRPC, TRPCError } from '@trpc/server';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { McpMeta, McpSettings } from '../../src/index.ts';
import { createHandler } from '../../src/protocol/handler.ts';
import type { HandlerOptions } from '../../src/protocol/options.ts';
import { runsOf } from '../runs.ts';
import { type RawRequest, type Seen, send } from './exchange.ts';
import { anyRequest, plainRequests } from './requests.ts';

const seed = Number(process.env['FC_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const numRuns = Number(process.env['FC_RUNS'] ?? runsOf(10_000));

const t = initTRPC.context<{ user: string | undefined }>().meta<McpMeta>().create({ isDev: false });

const conflict = () => {
  throw new TRPCError({ code: 'CONFLICT', message: 'taken' });
};
const deny = () => {
  throw new TRPCError({ code: 'UNAUTHORIZED', message: 'sign in first' });
};
const refuse = () => {
  throw new TRPCError({ code: 'FORBIDDEN', message: 'not you' });
};
const open = () => {
  throw new Error('a secret');
};

/** One router with the lane on and off, which counts its calls. */
function createRouter(called: (path: string) => void) {
  const tool = t.procedure.meta({ mcp: true }).use(({ path, next }) => {
    called(path);
    return next();
  });
  const greeting = z.object({ greeting: z.string() });
  const isAda = (ctx: { user: string | undefined }) => ctx.user === 'ada';
  const read = (uri: string, more: McpSettings = {}) => tool.meta({ mcp: { resource: { uri }, ...more } });
  const prompt = (name: string, more: McpSettings = {}) => tool.meta({ mcp: { prompt: { name }, ...more } });
  return t.router({
    hello: tool
      .input(z.object({ name: z.string() }))
      .output(greeting)
      .query(({ input, ctx }) => ({ greeting: `Hi ${input.name} from ${ctx.user}` })),
    dated: tool
      .input(z.object({ since: z.date().optional() }))
      .query(({ input }) => ({ ...input, at: new Date(0) })),
    list: tool.output(z.array(z.number())).query(() => [1, 2, 3]),
    nothing: tool.mutation(() => {}),
    said: tool
      .meta({ mcp: { toContent: (value: { greeting: string }) => value.greeting } })
      .output(greeting)
      .query(() => ({ greeting: 'Hi' })),
    file: tool.query(() => [new File(['a,b'], 'a.csv', { type: 'text/csv' })]),
    told: tool
      .output(z.object({ file: z.any() }))
      .query(() => ({ file: new File(['a,b'], 'a.csv', { type: 'text/csv' }) })),
    never: tool
      .meta({ mcp: { structured: 'never' } })
      .output(z.array(z.number()))
      .query(() => [1]),
    linked: tool
      .meta({ mcp: { tool: true, resource: { uri: 'app://linked/{n}' } } })
      .input(z.object({ n: z.int(), unsaid: z.boolean().optional() }))
      .query(() => new File(['a,b'], 'a.csv', { type: 'text/csv' })),
    fail: tool.mutation(conflict),
    deny: tool.mutation(deny),
    refuse: tool.mutation(refuse),
    open: tool.mutation(open),
    secret: tool.meta({ mcp: { visible: isAda } }).query(() => 'psst'),
    resources: t.router({
      text: read('app://text').query(() => 'text'),
      json: read('app://json').query(({ ctx }) => ({ user: ctx.user, at: new Date(0) })),
      bytes: read('app://bytes').query(() => Uint8Array.of(1, 2, 3)),
      files: read('app://files').query(() => ({ file: new File(['a,b'], 'a.csv', { type: 'text/csv' }) })),
      nothing: read('app://nothing').query(() => undefined),
      fail: read('app://fail').query(conflict),
      deny: read('app://deny').query(deny),
      refuse: read('app://refuse').query(refuse),
      open: read('app://open').query(open),
      secret: read('app://secret', { visible: isAda }).query(() => 'psst'),
      secrets: read('secret://{id}', { visible: isAda })
        .input(z.object({ id: z.int() }))
        .query(({ input }) => input),
      rows: read('rows://{ids}{?since,tags*}')
        .input(
          z.object({
            ids: z.array(z.string()),
            since: z.date().optional(),
            tags: z.array(z.string()).optional(),
          }),
        )
        .query(({ input }) => input),
      path: read('files://{+path}')
        .input(z.object({ path: z.string().max(300) }))
        .query(({ input }) => input.path),
    }),
    prompts: t.router({
      ask: prompt('ask')
        .input(
          z.object({
            day: z.date(),
            count: z.number().optional(),
            filter: z.object({ tags: z.set(z.string()) }).optional(),
          }),
        )
        .query(({ input, ctx }) => ({ ...input, user: ctx.user })),
      messages: prompt('messages').query(() => ({
        description: 'Two.',
        messages: [
          { role: 'user', content: 'One.' },
          { role: 'assistant', content: { type: 'text', text: 'Two.' } },
        ],
      })),
      bad: prompt('bad').query(() => [{ role: 'system', content: 'x' }]),
      fail: prompt('fail').query(conflict),
      refuse: prompt('refuse').query(refuse),
      open: prompt('open').query(open),
      secret: prompt('secret', { visible: isAda }).query(() => 'psst'),
    }),
  });
}

const auth: HandlerOptions['auth'] = {
  authenticate: (request) => {
    const token = request.headers.get('authorization');
    return token ? { token, clientId: token, scopes: [] } : undefined;
  },
};

test.each<[string, HandlerOptions]>([
  ['an open endpoint', { expose: { exclude: ['**.secret', 'secret', '**.secrets'] } }],
  ['an endpoint with hidden tools', {}],
  ['an endpoint that sends words only, and links', { structured: 'never', files: { linkOver: 0 } }],
  ['an endpoint with structured content always', { structured: 'always' }],
  ['an endpoint that needs a credential', { auth: { ...auth, required: true }, return200ForErrors: true }],
])(
  'the lane and the SDK give the same answers: %s',
  async (_, options) => {
    const calls = { lane: vi.fn(), sdk: vi.fn() };
    const base = {
      ...options,
      onError: () => {},
      // The exchange of each request below makes the context.
      createContext: () => ({}),
      server: { name: 'app', version: '1', instructions: 'Be brief.' },
    };
    const lane = createHandler(createRouter(calls.lane), base);
    const sdk = createHandler(createRouter(calls.sdk), { ...base, fastLane: false });
    const fastAnswers: Record<string, number> = {};
    const property = fc.asyncProperty(anyRequest, async (request) => {
      let tookSdk = false;
      const fast = await send(lane, request, () => (tookSdk = true));
      const slow = await send(sdk, request);
      expect(fast).toEqual(slow);
      if (!tookSdk && isResult(fast)) {
        const { method } = JSON.parse(request.body) as { method: string };
        fastAnswers[method] = (fastAnswers[method] ?? 0) + 1;
      }
      expect(calls.lane.mock.calls).toEqual(calls.sdk.mock.calls);
      calls.lane.mockClear();
      calls.sdk.mockClear();
    });
    console.log(`seed ${seed}`);
    const examples = plainRequests.map((request): [RawRequest] => [request]);
    await fc.assert(property, { seed, numRuns: Math.ceil(numRuns / 3), examples });
    // With auth, a web request is always made for the app's function, so it does not show that the SDK answered.
    if (options.auth) return;
    expect(Object.keys(fastAnswers)).toEqual(
      expect.arrayContaining(['tools/call', 'resources/read', 'prompts/get']),
    );
  },
  120_000,
);

function isResult({ body }: Seen): boolean {
  return typeof body === 'object' && body !== null && 'result' in body;
}
