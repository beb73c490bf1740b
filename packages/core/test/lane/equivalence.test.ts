import { initTRPC, TRPCError } from '@trpc/server';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { McpMeta } from '../../src/index.ts';
import { createHandler } from '../../src/protocol/handler.ts';
import type { HandlerOptions } from '../../src/protocol/options.ts';
import { type Seen, send } from './exchange.ts';
import { anyRequest } from './requests.ts';

const seed = Number(process.env['FC_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const numRuns = Number(process.env['FC_RUNS'] ?? 10_000);

const t = initTRPC.context<{ user: string | undefined }>().meta<McpMeta>().create({ isDev: false });

/** One router for both ways, which counts how often it is called. */
function createRouter(called: (path: string) => void) {
  const tool = t.procedure.meta({ mcp: true }).use(({ path, next }) => {
    called(path);
    return next();
  });
  const greeting = z.object({ greeting: z.string() });
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
    fail: tool.mutation(() => {
      throw new TRPCError({ code: 'CONFLICT', message: 'taken' });
    }),
    deny: tool.mutation(() => {
      throw new TRPCError({ code: 'UNAUTHORIZED', message: 'sign in first' });
    }),
    refuse: tool.mutation(() => {
      throw new TRPCError({ code: 'FORBIDDEN', message: 'not you' });
    }),
    open: tool.mutation(() => {
      throw new Error('a secret');
    }),
    secret: tool
      .meta({ mcp: { visible: (ctx: { user: string | undefined }) => ctx.user === 'ada' } })
      .query(() => 'psst'),
  });
}

const auth: HandlerOptions['auth'] = {
  authenticate: (request) => {
    const token = request.headers.get('authorization');
    return token ? { token, clientId: token, scopes: [] } : undefined;
  },
};

test.each<[string, HandlerOptions]>([
  ['an open endpoint', { expose: { exclude: ['secret'] } }],
  ['an endpoint with hidden tools', {}],
  ['an endpoint that needs a credential', { auth: { ...auth, required: true }, return200ForErrors: true }],
])(
  'the lane and the SDK give the same answers: %s',
  async (_, options) => {
    const calls = { lane: vi.fn(), sdk: vi.fn() };
    const base = {
      ...options,
      onError: () => {},
      server: { name: 'app', version: '1', instructions: 'Be brief.' },
    };
    const lane = createHandler(createRouter(calls.lane), base);
    const sdk = createHandler(createRouter(calls.sdk), { ...base, fastLane: false });
    let fastAnswers = 0;
    const property = fc.asyncProperty(anyRequest, async (request) => {
      let tookSdk = false;
      const fast = await send(lane, request, () => (tookSdk = true));
      const slow = await send(sdk, request);
      expect(fast).toEqual(slow);
      if (!tookSdk && isResult(fast)) fastAnswers++;
      expect(calls.lane.mock.calls).toEqual(calls.sdk.mock.calls);
      calls.lane.mockClear();
      calls.sdk.mockClear();
    });
    console.log(`seed ${seed}`);
    await fc.assert(property, { seed, numRuns: Math.ceil(numRuns / 3) });
    // With auth, a web request is made for the app's own function, and says nothing.
    if (!options.auth) expect(fastAnswers).toBeGreaterThan(numRuns / 30);
  },
  120_000,
);

function isResult({ body }: Seen): boolean {
  return typeof body === 'object' && body !== null && 'result' in body;
}
