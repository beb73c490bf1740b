import { initTRPC, TRPCError } from '@trpc/server';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { mcpHandler } from '../src/adapters/express.ts';
import {
  type Authenticate,
  bearer,
  type CallFailure,
  type HandlerOptions,
  type McpMeta,
} from '../src/index.ts';
import { call, eras } from './messages.ts';
import { serve } from './server.ts';

const t = initTRPC.context<object>().meta<McpMeta>().create({ isDev: false });

afterEach(() => {
  vi.restoreAllMocks();
});

/** An app that lets each caller call once, and many times where nobody counts. */
async function start(options: HandlerOptions = {}) {
  const router = t.router({
    once: t.procedure.meta({ mcp: { rateLimit: { points: 1, durationMs: 60_000 } } }).query(() => 'in time'),
    ping: t.procedure.meta({ mcp: true }).query(() => 'pong'),
    charge: t.procedure.meta({ mcp: { idempotent: true } }).mutation(() => 'charged'),
  });
  const failures: CallFailure[] = [];
  const onError = (failure: CallFailure) => failures.push(failure);
  const server = await serve(mcpHandler(router, { createContext: () => ({}), onError, ...options }));
  const isNew = async (headers: Record<string, string>) => {
    const { body } = await call(server.mcp, 'modern', 'once', {}, headers);
    return JSON.stringify(body).includes('in time');
  };
  return { url: server.mcp, failures, isNew, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

const as = (authorization: string) => ({ authorization });

describe('a subject', () => {
  const authenticate: Authenticate = ({ headers }) => {
    const [issuer = '', subject = '', clientId = ''] = (headers.get('authorization') ?? '').split('/');
    return { token: crypto.randomUUID(), clientId, scopes: [], subject, issuer };
  };

  test('of one issuer is another caller than the same name of another issuer', async () => {
    await using app = await start({ auth: { authenticate } });
    expect(await app.isNew(as('one/ann'))).toBe(true);
    expect(await app.isNew(as('two/ann'))).toBe(true);
    expect(await app.isNew(as('two/ann/app'))).toBe(false);
  });

  test('is another caller than an extra.sub or a callerId that reads the same', async () => {
    const auth = {
      authenticate: [
        ({ headers }: Request) =>
          headers.has('x-one') ? { token: '', clientId: '', scopes: [], subject: 'ann' } : undefined,
        ({ headers }: Request) =>
          headers.has('x-two') ? { token: '', clientId: '', scopes: [], extra: { sub: 'ann' } } : undefined,
      ],
    };
    await using app = await start({ auth, callerId: () => 'ann' });
    for (const headers of [{ 'x-one': '1' }, { 'x-two': '1' }, {}]) {
      expect(await app.isNew(headers)).toBe(true);
      expect(await app.isNew(headers)).toBe(false);
    }
  });

  test.each([42, 42n])('of an app without types may be a number: %s', async (subject) => {
    const auth = {
      authenticate: () => ({
        token: crypto.randomUUID(),
        clientId: '',
        scopes: [],
        subject: subject as never,
      }),
    };
    await using app = await start({ auth });
    expect([await app.isNew({}), await app.isNew({})]).toEqual([true, false]);
  });

  test('in extra.sub is another caller than the same name of another issuer', async () => {
    const authenticateBy = (toInfo: (issuer: string) => object): Authenticate => {
      return ({ headers }) => {
        const issuer = headers.get('x-issuer')!;
        return { token: crypto.randomUUID(), clientId: 'app', scopes: [], ...toInfo(issuer) };
      };
    };
    for (const toInfo of [
      (issuer: string) => ({ extra: { sub: 'ann', iss: issuer } }),
      (issuer: string) => ({ issuer, extra: { sub: 'ann' } }),
    ]) {
      await using app = await start({ auth: { authenticate: authenticateBy(toInfo) } });
      expect(await app.isNew({ 'x-issuer': 'one' })).toBe(true);
      expect(await app.isNew({ 'x-issuer': 'two' })).toBe(true);
      expect(await app.isNew({ 'x-issuer': 'two' })).toBe(false);
    }
  });

  test('that is empty is none, so that the credential counts', async () => {
    await using app = await start({
      auth: {
        authenticate: ({ headers }) => ({
          token: headers.get('x-key')!,
          clientId: 'a',
          scopes: [],
          subject: '',
        }),
      },
    });
    expect(await app.isNew({ 'x-key': '1' })).toBe(true);
    expect(await app.isNew({ 'x-key': '2' })).toBe(true);
    expect(await app.isNew({ 'x-key': '2' })).toBe(false);
  });
});

describe('a credential', () => {
  test.each([
    ['without auth', {}],
    [
      'with bearer',
      {
        auth: bearer({
          resource: 'https://api.example/mcp',
          authorizationServers: ['https://login.example'],
          verify: () => ({
            clientId: 'app',
            scopes: [],
            audience: 'https://api.example/mcp',
            expiresAt: Date.now() / 1000 + 600,
          }),
        }),
      },
    ],
  ])('is the same however its header is written: %s', async (_, options) => {
    await using app = await start(options);
    expect(await app.isNew(as('Bearer ann'))).toBe(true);
    for (const written of ['bearer ann', 'BEARER ann', 'Bearer    ann', 'Bearer ann  ']) {
      expect(await app.isNew(as(written))).toBe(false);
    }
    expect(await app.isNew(as('Bearer ANN'))).toBe(true);
  });

  test('that is missing after its scheme makes nobody known', async () => {
    await using app = await start();
    expect(await app.isNew({})).toBe(true);
    for (const scheme of ['Bearer', 'bearer ', 'Basic', 'DPoP', 'Token']) {
      expect(await app.isNew(as(scheme))).toBe(false);
    }
    expect(await app.isNew(as('a-key-without-a-scheme'))).toBe(true);
  });

  test('that auth did not look at makes nobody known', async () => {
    await using app = await start({ auth: { authenticate: () => undefined } });
    expect(await app.isNew(as('Bearer one'))).toBe(true);
    expect(await app.isNew(as('Bearer two'))).toBe(false);
  });
});

describe('callerId', () => {
  test.each(eras)('is asked once for a request, and not for one that needs no caller: %s', async (era) => {
    const callerId = vi.fn((request: Request) => request.headers.get('x-key') ?? undefined);
    await using app = await start({ callerId, rateLimit: { points: 100, durationMs: 60_000 } });
    await call(app.url, era, 'once', {}, { 'x-key': 'ann' });
    expect(callerId).toHaveBeenCalledTimes(1);
    await using plain = await start({ callerId });
    await call(plain.url, era, 'ping', {}, { 'x-key': 'ann' });
    expect(callerId).toHaveBeenCalledTimes(1);
  });

  test('identifies whom auth knows by a credential alone', async () => {
    const authenticate: Authenticate = () => ({ token: crypto.randomUUID(), clientId: 'app', scopes: [] });
    await using app = await start({
      auth: { authenticate },
      callerId: ({ headers }) => headers.get('x-key')!,
    });
    expect(await app.isNew({ 'x-key': 'ann' })).toBe(true);
    expect(await app.isNew({ 'x-key': 'ann' })).toBe(false);
    expect(await app.isNew({ 'x-key': 'ben' })).toBe(true);
  });

  test('has its failures reported, and the call goes on', async () => {
    const refusal = new TRPCError({ code: 'UNAUTHORIZED', message: 'No such key.' });
    for (const [thrown, name] of [
      [new Error('the database is away'), 'Error'],
      [refusal, 'TRPCError'],
    ] as const) {
      await using app = await start({ callerId: () => Promise.reject(thrown) });
      expect(await app.isNew({})).toBe(true);
      expect(app.failures.map(({ error }) => error.name)).toEqual([name]);
    }
    await using late = await start({ callerId: () => new Promise(() => {}), hookTimeoutMs: 20 });
    expect(await late.isNew({})).toBe(true);
    expect(late.failures.map(({ error }) => error.message)).toEqual([expect.stringContaining('callerId')]);
  });

  test.each([
    ['a blank text', () => ' '],
    ['no number', () => Number(undefined)],
    ['an object', () => ({ id: 'ann' })],
    ['null', () => null],
  ] as [string, () => unknown][])('that gives %s knows nobody', async (_, callerId) => {
    await using app = await start({ callerId: callerId as () => string });
    const { body } = await call(app.url, 'modern', 'charge', { _idempotencyKey: 'k' });
    expect(JSON.stringify(body)).toContain('callerId');
  });

  test('that knows nobody leaves callers unknown, whatever they send as Authorization', async () => {
    await using app = await start({ callerId: () => undefined });
    expect(await app.isNew(as('Bearer one'))).toBe(true);
    expect(await app.isNew(as('Bearer two'))).toBe(false);
  });
});

describe('the warning of idempotent tools that nobody can call with a key', () => {
  const idempotent = { mcp: { idempotent: true } };
  const charge = t.procedure.meta(idempotent).mutation(() => 1);
  const mount = async (router: Parameters<typeof mcpHandler>[0], options: HandlerOptions = {}) => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const handler = mcpHandler(router, { createContext: () => ({}), ...options });
    await handler.ready();
    return warn.mock.calls.map(([message]) => String(message));
  };

  test('is one for all of them, and names them as models do', async () => {
    const router = t.router({
      cards: { charge, refund: charge },
      other: t.procedure.meta({ mcp: true }).query(() => 1),
    });
    const warnings = await mount(router);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('cards_charge, cards_refund are idempotent');
    expect(warnings[0]).not.toContain('other');
  });

  test('names those of lazy routers when they are loaded', async () => {
    const { lazy } = await import('@trpc/server');
    const router = t.router({ cards: lazy(async () => ({ router: t.router({ charge }) })) });
    expect(await mount(router)).toEqual([expect.stringContaining('cards_charge is idempotent')]);
  });

  test('is not there for tools that are not exposed', async () => {
    expect(
      await mount(t.router({ charge, ping: t.procedure.meta({ mcp: true }).query(() => 1) }), {
        expose: { exclude: ['charge'] },
      }),
    ).toEqual([]);
  });
});
