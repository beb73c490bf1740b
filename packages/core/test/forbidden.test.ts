import { initTRPC, TRPCError } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import { mcpHandler as fetchHandler } from '../src/adapters/fetch.ts';
import { type AuthOptions, bearer, type HandlerOptions, type McpMeta } from '../src/index.ts';
import { clientKinds, connect } from './clients.ts';
import { type Answer, call, eras, headersOf, post, request, toAnswer, toMessage } from './messages.ts';
import { serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create({ isDev: false });
const sentence = 'Only the owner of an account may close it.';
const forbid = (): never => {
  throw new TRPCError({ code: 'FORBIDDEN', message: sentence });
};

const router = t.router({
  inResolver: t.procedure.meta({ mcp: true }).mutation(forbid),
  inMiddleware: t.procedure
    .meta({ mcp: true })
    .use(() => forbid())
    .mutation(() => 1),
  afterInput: t.procedure
    .meta({ mcp: true })
    .input(z.object({ id: z.string().default('a') }))
    .use(() => forbid())
    .query(() => 1),
  inGenerator: t.procedure.meta({ mcp: true }).mutation(async function* () {
    yield await Promise.resolve(1);
    forbid();
  }),
  wordless: t.procedure.meta({ mcp: true }).mutation(() => {
    throw new TRPCError({ code: 'FORBIDDEN' });
  }),
  unauthorized: t.procedure.meta({ mcp: true }).mutation(() => {
    throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Sign in first.' });
  }),
  scoped: t.procedure.meta({ mcp: { scopes: ['accounts:close'] } }).mutation(() => 1),
  ping: t.procedure.meta({ mcp: true }).query(() => ({ pong: true })),
});

/** Ada is known, Eve is known and may nothing, and whoever is bad is refused. */
const auth: AuthOptions = {
  authenticate(incoming) {
    const token = incoming.headers.get('authorization')?.replace('Bearer ', '');
    if (token === undefined) return undefined;
    if (token === 'bad') throw new TRPCError({ code: 'FORBIDDEN', message: 'This token is revoked.' });
    return { token, clientId: token, scopes: [] };
  },
  authorize: ({ auth: info }) => info?.clientId !== 'eve' || 'Eve may not use agents.',
};
const as = (user?: string): Record<string, string> =>
  user === undefined ? {} : { authorization: `Bearer ${user}` };

const start = (return200ForErrors?: boolean | 'forbidden', options: HandlerOptions = {}) =>
  serve(
    mcpHandler(router, {
      auth,
      onError: () => {},
      ...options,
      ...(return200ForErrors !== undefined && { return200ForErrors }),
    }),
  );

const told = ({ status, headers, body }: Answer) => [status, headers.get('www-authenticate'), body];
const own = ['inResolver', 'inMiddleware', 'afterInput', 'inGenerator', 'wordless'];

describe('with return200ForErrors: "forbidden"', () => {
  describe.each(eras)('in the %s era', (era) => {
    test.each(own)('what the app itself forbids is 200 with the body that a 403 has: %s', async (name) => {
      await using plain = await start();
      await using server = await start('forbidden');
      const usual = await call(plain.mcp, era, name, {}, as('ada'));
      expect([usual.status, usual.body]).toMatchObject([403, { result: { isError: true } }]);
      expect(told(await call(server.mcp, era, name, {}, as('ada')))).toEqual([200, null, usual.body]);
    });

    test.each([
      ['UNAUTHORIZED of the app', 'unauthorized', 'ada', 401],
      ['UNAUTHORIZED of the app, for a stranger', 'unauthorized', undefined, 401],
      ['missing scopes', 'scoped', 'ada', 403],
      ['scopes without a credential', 'scoped', undefined, 401],
      ['what authorize refuses', 'ping', 'eve', 403],
      ['a bad credential, though FORBIDDEN was thrown', 'ping', 'bad', 401],
    ] as const)('%s keeps its status and its challenge', async (_, name, user, status) => {
      await using plain = await start();
      await using server = await start('forbidden');
      const usual = await call(plain.mcp, era, name, {}, as(user));
      expect(usual.status).toBe(status);
      expect(told(await call(server.mcp, era, name, {}, as(user)))).toEqual(told(usual));
    });

    test('a list that is refused keeps its status', async () => {
      await using server = await start('forbidden');
      expect((await request(server.mcp, era, 'tools/list', {}, as('eve'))).status).toBe(403);
      expect((await request(server.mcp, era, 'tools/list', {}, as('bad'))).status).toBe(401);
    });

    test('the gate refuses before the app does, and its 403 stays', async () => {
      await using server = await start('forbidden');
      expect((await call(server.mcp, era, 'inResolver', {}, as('eve'))).status).toBe(403);
    });

    test('required credentials and required scopes keep their status', async () => {
      await using needed = await start('forbidden', { auth: { ...auth, required: true } });
      expect((await call(needed.mcp, era, 'inResolver')).status).toBe(401);
      await using scoped = await start('forbidden', { auth: { ...auth, requiredScopes: ['all'] } });
      const refused = await call(scoped.mcp, era, 'inResolver', {}, as('ada'));
      expect(told(refused)).toMatchObject([403, expect.stringContaining('insufficient_scope'), {}]);
    });

    test('what is read, and a prompt, has no isError, so that its 403 stays', async () => {
      const mcp = { tool: false, prompt: true, resource: { uri: 'x://it' } };
      const denied = t.router({ it: t.procedure.meta({ mcp }).query(forbid) });
      await using server = await serve(
        mcpHandler(denied, { return200ForErrors: 'forbidden', onError: () => {} }),
      );
      expect((await request(server.mcp, era, 'resources/read', { uri: 'x://it' })).status).toBe(403);
      expect((await request(server.mcp, era, 'prompts/get', { name: 'it' })).status).toBe(403);
    });

    test('createContext is no procedure, and its 403 stays', async () => {
      await using server = await start('forbidden', { createContext: forbid } as HandlerOptions);
      expect((await call(server.mcp, era, 'ping', {}, as('ada'))).status).toBe(403);
    });

    test('a page of another origin is refused as ever', async () => {
      await using server = await start('forbidden');
      const origin = { origin: 'https://evil.example' };
      expect((await call(server.mcp, era, 'ping', {}, origin)).status).toBe(403);
    });
  });

  test('a batch is answered as ever', async () => {
    await using plain = await start();
    await using server = await start('forbidden');
    const batch = ['inResolver', 'ping'].map((name, id) => ({
      jsonrpc: '2.0',
      id,
      method: 'tools/call',
      params: { name },
    }));
    const headers = { ...headersOf('legacy', 'tools/call'), ...as('ada') };
    expect(told(await post(server.mcp, batch, headers))).toEqual(told(await post(plain.mcp, batch, headers)));
  });

  test('a token that cannot be checked keeps its status', async () => {
    const checked = bearer({
      resource: 'https://api.example/mcp',
      authorizationServers: ['https://login.example'],
      verify: () => {
        throw new TRPCError({ code: 'SERVICE_UNAVAILABLE', message: 'Later.' });
      },
    });
    await using server = await start('forbidden', { auth: checked });
    const answer = await call(server.mcp, 'modern', 'ping', {}, as('ada'));
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
  });

  test('holds in sessions and on fetch hosts', async () => {
    await using server = await start('forbidden', { legacy: 'sessions' });
    const { headers } = await post(
      server.mcp,
      {
        jsonrpc: '2.0',
        id: 1,
        method: 'initialize',
        params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'a', version: '1' } },
      },
      as('ada'),
    );
    const session = { ...as('ada'), 'mcp-session-id': headers.get('mcp-session-id')! };
    const called = await call(server.mcp, 'legacy', 'inResolver', {}, session);
    expect([called.status, JSON.stringify(called.body)]).toEqual([200, expect.stringContaining(sentence)]);
    expect((await call(server.mcp, 'legacy', 'unauthorized', {}, session)).status).toBe(401);

    const handler = fetchHandler(router, {
      auth,
      return200ForErrors: 'forbidden',
      onError: () => {},
    });
    const response = await handler(
      new Request('http://127.0.0.1/mcp', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...headersOf('modern', 'tools/call', { name: 'inResolver' }),
        },
        body: JSON.stringify(toMessage('modern', 'tools/call', { name: 'inResolver' })),
      }),
    );
    expect(await toAnswer(response)).toMatchObject({ status: 200, body: { result: { isError: true } } });
  });

  test.each(clientKinds)('a client of kind %s hands the model the app’s own sentence', async (kind) => {
    await using server = await start('forbidden');
    await using client = await connect[kind](server.mcp, as('ada'));
    for (const name of own.slice(0, -1)) {
      const { isError, content } = await client.callTool({ name });
      expect([isError, JSON.stringify(content)]).toEqual([true, expect.stringContaining(sentence)]);
    }
    await expect(client.callTool({ name: 'unauthorized' })).rejects.toThrow();
  });
});

test.each(eras)('without it, and with true, nothing is different in the %s era', async (era) => {
  await using plain = await start();
  await using never = await start(false);
  await using always = await start(true);
  for (const [name, status] of [
    ['inResolver', 403],
    ['scoped', 403],
    ['unauthorized', 401],
  ] as const) {
    expect((await call(plain.mcp, era, name, {}, as('ada'))).status).toBe(status);
    expect((await call(never.mcp, era, name, {}, as('ada'))).status).toBe(status);
    expect((await call(always.mcp, era, name, {}, as('ada'))).status).toBe(200);
  }
});
