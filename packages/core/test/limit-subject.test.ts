import { initTRPC } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { mcpHandler } from '../src/adapters/express.ts';
import type { HandlerOptions, McpMeta, McpRateLimit, Store } from '../src/index.ts';
import { type Answer, call, eras, request } from './messages.ts';
import { serve } from './server.ts';

const t = initTRPC.context<{ isAdmin?: boolean }>().meta<McpMeta>().create();

const limitOf = (points: number, by?: () => string) =>
  ({ points, durationMs: 60_000, ...(by && { by }) }) as unknown as McpRateLimit;

const whole = ({ body }: Answer) => JSON.stringify(body);

describe.each(eras)('counts in the %s era', (era) => {
  const ok = t.procedure.meta({ mcp: true });

  test.each(['all', 'handler', 'rate', '*', 'every'])(
    'a procedure at the path %j has a count of its own beside the handler’s',
    async (path) => {
      const limited = t.procedure.meta({ mcp: { name: 'it', rateLimit: limitOf(9) } }).query(() => 'ok');
      await using server = await serve(
        mcpHandler(t.router({ [path]: limited, other: ok.query(() => 'ok') }), {
          createContext: () => ({}),
          rateLimit: limitOf(3),
        }),
      );
      for (const name of ['it', 'it', 'other']) {
        expect(whole(await call(server.mcp, era, name))).not.toContain('TOO_MANY_REQUESTS');
      }
      expect(whole(await call(server.mcp, era, 'other'))).toContain('TOO_MANY_REQUESTS');
    },
  );

  test('calls of other tools leave the points of a procedure at the path "all" alone', async () => {
    const all = t.procedure.meta({ mcp: { rateLimit: limitOf(1) } }).query(() => 'ok');
    await using server = await serve(
      mcpHandler(t.router({ all, other: ok.query(() => 'ok') }), {
        createContext: () => ({}),
        rateLimit: limitOf(9),
      }),
    );
    for (const name of ['other', 'other', 'all']) {
      expect(whole(await call(server.mcp, era, name))).not.toContain('TOO_MANY_REQUESTS');
    }
  });

  test('no path and name of who shares points run into those of another procedure', async () => {
    const limited = (name: string, by: string) =>
      t.procedure.meta({ mcp: { name, rateLimit: limitOf(1, () => by) } }).query(() => 'ok');
    await using server = await serve(
      mcpHandler(t.router({ a: limited('one', 'b:c'), 'a:b': limited('two', 'c') }), {
        createContext: () => ({}),
      }),
    );
    expect(whole(await call(server.mcp, era, 'one'))).not.toContain('TOO_MANY_REQUESTS');
    expect(whole(await call(server.mcp, era, 'two'))).not.toContain('TOO_MANY_REQUESTS');
  });
});

const secret = 'a secret of at least thirty-two bytes';

/** A store that cannot be reached, whatever it is asked. */
const down = new Proxy({} as Store, {
  get: (_, key) => (key === 'then' ? undefined : () => Promise.reject(new Error('the store is down'))),
});

describe.each(eras)('while the store is down, in the %s era', (era) => {
  const hidden = { visible: ({ isAdmin }: { isAdmin?: boolean }) => isAdmin === true };
  const router = t.router({
    limited: t.procedure.meta({ mcp: { ...hidden, rateLimit: limitOf(5) } }).query(() => 'secret'),
    once: t.procedure.meta({ mcp: { ...hidden, idempotent: true } }).mutation(() => 'secret'),
    agreed: t.procedure.meta({ mcp: { ...hidden, confirm: true } }).mutation(() => 'secret'),
    plain: t.procedure.meta({ mcp: hidden }).query(() => 'secret'),
    prompted: t.procedure
      .meta({ mcp: { ...hidden, prompt: true, rateLimit: limitOf(5) } })
      .query(() => 'secret'),
    paper: t.procedure
      .meta({ mcp: { ...hidden, resource: { uri: 'x://paper' }, rateLimit: limitOf(5) } })
      .query(() => 'secret'),
    shown: t.procedure.meta({ mcp: true }).query(() => 'open'),
  });
  const mount = (options: HandlerOptions = {}) =>
    serve(
      mcpHandler(router, { createContext: () => ({}), store: down, secret, onError: () => {}, ...options }),
    );

  const seenOf = async (url: string, method: string, params: Record<string, unknown>) => {
    const { status, body } = await request(url, era, method, params, { authorization: 'Bearer bob' });
    const named = String(params['name'] ?? params['uri']);
    return { status, body: JSON.stringify(body).replaceAll(named, '…') };
  };

  test.each(['limited', 'once', 'agreed', 'plain'])(
    'the hidden tool %j is as unknown as one that is not there',
    async (name) => {
      await using server = await mount();
      const args = name === 'once' ? { _idempotencyKey: 'k' } : {};
      expect(await seenOf(server.mcp, 'tools/call', { name, arguments: args })).toEqual(
        await seenOf(server.mcp, 'tools/call', { name: 'missing', arguments: args }),
      );
    },
  );

  test.each(['limited', 'plain'])(
    'a limit of the handler does not tell the hidden tool %j from one that is not there',
    async (name) => {
      await using server = await mount({ rateLimit: limitOf(5) });
      expect(await seenOf(server.mcp, 'tools/call', { name })).toEqual(
        await seenOf(server.mcp, 'tools/call', { name: 'missing' }),
      );
    },
  );

  test('a hidden prompt and a hidden resource are as unknown as those that are not there', async () => {
    await using server = await mount();
    expect(await seenOf(server.mcp, 'prompts/get', { name: 'prompted' })).toEqual(
      await seenOf(server.mcp, 'prompts/get', { name: 'missing' }),
    );
    expect(await seenOf(server.mcp, 'resources/read', { uri: 'x://paper' })).toEqual(
      await seenOf(server.mcp, 'resources/read', { uri: 'x://nothing' }),
    );
  });
});

describe.each(eras)('once the points are spent, in the %s era', (era) => {
  test('a hidden tool is as unknown as one that is not there', async () => {
    const hidden = { visible: () => false, rateLimit: limitOf(1) };
    const router = t.router({ secret: t.procedure.meta({ mcp: hidden }).query(() => 'secret') });
    await using server = await serve(mcpHandler(router, { createContext: () => ({}) }));
    for (let count = 0; count < 3; count++) {
      const { status, body } = await call(server.mcp, era, 'secret');
      const missing = await call(server.mcp, era, 'absent');
      expect([status, whole({ body } as Answer).replace('secret', 'absent')]).toEqual([
        missing.status,
        whole(missing),
      ]);
    }
  });
});
