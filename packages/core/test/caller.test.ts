import { initTRPC } from '@trpc/server';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import { bearer, type HandlerOptions, introspection, type McpMeta } from '../src/index.ts';
import { connect } from './clients.ts';
import { type Answer, call, post, request } from './messages.ts';
import { listen, serve } from './server.ts';

type Headers = Record<string, string>;
type CallerId = (request: Request) => string | undefined | Promise<string | undefined>;

const t = initTRPC.context<{ user: string }>().meta<McpMeta>().create({ isDev: false });
const perMinute = (points: number) => ({ points, durationMs: 60_000 }) as never;

afterEach(() => {
  vi.restoreAllMocks();
});

function createRouter(ran: (what: string) => void) {
  return t.router({
    charge: t.procedure
      .meta({ mcp: { idempotent: true } })
      .input(z.object({ amount: z.number() }))
      .mutation(({ input, ctx }) => {
        ran(`charge ${input.amount}`);
        return `charged ${ctx.user}`;
      }),
    limited: t.procedure.meta({ mcp: { rateLimit: perMinute(1) } }).query(() => 'in time'),
    close: t.procedure
      .meta({ mcp: { confirm: 'Close {id}?' } })
      .input(z.object({ id: z.string() }))
      .mutation(({ input }) => {
        ran(`close ${input.id}`);
        return `closed ${input.id}`;
      }),
    drop: t.procedure
      .meta({ mcp: { confirm: 'Drop {id}?' } })
      .input(z.object({ id: z.string() }))
      .mutation(({ input }) => ran(`drop ${input.id}`)),
  });
}

/** An app whose users send a key of their own making. */
async function start(options: HandlerOptions & { callerId?: CallerId } = {}) {
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  const ran = vi.fn<(what: string) => void>();
  const createContext = ({ req }: { req: { headers: Record<string, unknown> } }) => ({
    user: String(req.headers['x-api-key']),
  });
  const handler = mcpHandler(createRouter(ran), { createContext, onError: () => {}, ...options });
  const server = await serve(handler);
  return { url: server.mcp, ran, handler, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

const textOf = ({ body }: Answer) =>
  (body as { result?: { content?: [{ text: string }] } }).result?.content?.[0].text ?? JSON.stringify(body);
const pay = async (url: string, headers: Headers, amount = 5) =>
  textOf(await call(url, 'modern', 'charge', { amount, _idempotencyKey: 'k' }, headers));
const take = async (url: string, headers: Headers) =>
  textOf(await call(url, 'modern', 'limited', {}, headers));

const canAsk = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } } };
const stateOf = ({ body }: Answer) => (body as { result: { requestState: string } }).result.requestState;
const closeBy = (url: string, headers: Headers, state?: string, more: object = {}) =>
  request(
    url,
    'modern',
    'tools/call',
    {
      name: 'close',
      arguments: { id: 'c1' },
      ...(state !== undefined && {
        requestState: state,
        inputResponses: { confirm: { action: 'accept', content: {} } },
      }),
      _meta: canAsk,
      ...more,
    },
    headers,
  );

const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'a', version: '1' } },
};
const list = { jsonrpc: '2.0', id: 2, method: 'tools/list', params: {} };
const version = { 'mcp-protocol-version': '2025-11-25' };
const openSession = async (url: string, headers: Headers) =>
  (await post(url, initialize, headers)).headers.get('mcp-session-id')!;
const useSession = async (url: string, id: string, headers: Headers) =>
  (await post(url, list, { ...version, ...headers, 'mcp-session-id': id })).status;
const endSession = async (url: string, id: string, headers: Headers) =>
  (await fetch(url, { method: 'DELETE', headers: { ...version, ...headers, 'mcp-session-id': id } })).status;

/** What of everything that is kept, two callers share. */
async function sharedBy(
  options: HandlerOptions & { callerId?: CallerId },
  one: Headers,
  other: Headers,
): Promise<Record<'answer' | 'limit' | 'consent' | 'session', boolean>> {
  await using server = await start({ legacy: 'sessions', ...options });
  const { url, ran } = server;
  await pay(url, one);
  const again = await pay(url, other);
  const answer = ran.mock.calls.length === 1;
  // Whoever shares nothing is served all the same.
  expect(again).toMatch(/^charged /);
  expect(await take(url, one)).toBe('in time');
  const limit = (await take(url, other)).startsWith('TOO_MANY_REQUESTS');
  const state = stateOf(await closeBy(url, one));
  const consent = textOf(await closeBy(url, other, state)) === 'closed c1';
  const id = await openSession(url, one);
  const session = (await useSession(url, id, other)) === 200;
  expect(await useSession(url, id, one)).toBe(200);
  return { answer, limit, consent, session };
}

const all = { answer: true, limit: true, consent: true, session: true };
const nothing = { answer: false, limit: false, consent: false, session: false };

interface Known {
  token: string;
  clientId?: string;
  subject?: string;
  extra?: Record<string, unknown>;
}

/** Reads who is asking from the header: `Bearer clientId/subject/rest`. */
const bySubject = {
  authenticate: ({ headers }: Request) => {
    const token = headers.get('authorization')?.slice('Bearer '.length);
    if (token === undefined) return undefined;
    const [clientId = '', subject] = token.split('/');
    return { token, clientId, scopes: [], ...(subject && { subject }) } satisfies Known & {
      scopes: string[];
    };
  },
} as HandlerOptions['auth'] & object;

const byExtra = {
  authenticate: ({ headers }: Request) => {
    const token = headers.get('authorization')?.slice('Bearer '.length) ?? '';
    const [clientId = '', sub] = token.split('/');
    return { token, clientId, scopes: [], extra: { sub } };
  },
} as HandlerOptions['auth'] & object;

const as = (token: string, more: Headers = {}): Headers => ({ authorization: `Bearer ${token}`, ...more });

describe('where auth says who the subject is', () => {
  test.each([
    ['another token', as('app/ann/1'), as('app/ann/2')],
    ['another client', as('app/ann/1'), as('other/ann/2')],
    ['another cookie', as('app/ann/1', { cookie: 'a=1' }), as('app/ann/1', { cookie: 'a=2' })],
  ])('a caller with %s is the same', async (_, one, other) => {
    expect(await sharedBy({ auth: bySubject }, one, other)).toEqual(all);
  });

  test.each([
    ['through the same client', as('app/ann/1'), as('app/ben/1')],
    ['through another client', as('app/ann/1'), as('other/ben/1')],
    ['whose names differ in case alone', as('app/ann/1'), as('app/Ann/1')],
  ])('two subjects are two callers, %s', async (_, one, other) => {
    expect(await sharedBy({ auth: bySubject }, one, other)).toEqual(nothing);
  });

  test('extra.sub tells subjects apart as well', async () => {
    expect(await sharedBy({ auth: byExtra }, as('app/ann/1'), as('app/ann/2'))).toEqual(all);
    expect(await sharedBy({ auth: byExtra }, as('app/ann/1'), as('app/ben/1'))).toEqual(nothing);
  });

  test('callerId is not asked', async () => {
    const callerId = vi.fn<CallerId>(() => 'all the same');
    expect(await sharedBy({ auth: bySubject, callerId }, as('app/ann/1'), as('app/ben/1'))).toEqual(nothing);
    expect(callerId).not.toHaveBeenCalled();
  });
});

describe('introspection', () => {
  /** An authorization server that knows every token: `subject.rest`. */
  function openIssuer() {
    return listen((req, res) => {
      let body = '';
      req.on('data', (chunk: Buffer) => (body += String(chunk)));
      req.on('end', () => {
        const [sub] = (new URLSearchParams(body).get('token') ?? '').split('.');
        res.setHeader('content-type', 'application/json');
        res.end(
          JSON.stringify({
            active: true,
            client_id: 'app',
            aud: 'https://api.example/mcp',
            exp: Math.floor(Date.now() / 1000) + 600,
            ...(sub && { sub }),
          }),
        );
      });
    });
  }
  const toAuth = (endpoint: string) =>
    bearer({
      resource: 'https://api.example/mcp',
      authorizationServers: ['https://login.example'],
      verify: introspection({ endpoint, clientId: 'rs', clientSecret: 's' }),
    });

  test('takes the subject from sub', async () => {
    await using issuer = await openIssuer();
    const auth = toAuth(issuer.url);
    expect(await sharedBy({ auth }, as('ann.1'), as('ann.2'))).toEqual(all);
    expect(await sharedBy({ auth }, as('ann.1'), as('ben.1'))).toEqual(nothing);
  });
});

describe('where auth knows no subject', () => {
  const known = [as('app//ann'), as('app//ben')] as const;
  const verified = bearer({
    resource: 'https://api.example/mcp',
    authorizationServers: ['https://login.example'],
    verify: () => ({
      clientId: 'app',
      scopes: [],
      audience: 'https://api.example/mcp',
      expiresAt: Date.now() / 1000 + 600,
    }),
  });

  test.each([
    ['authenticate', bySubject, known],
    ['bearer', verified, [as('ann'), as('ben')] as const],
  ])('a key is refused in words that name subject, by %s', async (_, auth, [one, other]) => {
    await using server = await start({ auth });
    for (const headers of [one, other]) {
      expect(await pay(server.url, headers)).toMatch(/`?subject`?/);
    }
    expect(server.ran).not.toHaveBeenCalled();
    // Without a key it is a call like any other.
    expect(textOf(await call(server.url, 'modern', 'charge', { amount: 1 }, one))).toMatch(/^charged /);
  });

  test.each([
    ['authenticate', bySubject, known],
    ['bearer', verified, [as('ann'), as('ben')] as const],
  ])('the credential binds consents, limits and sessions, by %s', async (_, auth, [one, other]) => {
    await using server = await start({ auth, legacy: 'sessions' });
    const { url } = server;
    expect([await take(url, one), await take(url, other)]).toEqual(['in time', 'in time']);
    expect(await take(url, one)).toMatch(/^TOO_MANY_REQUESTS/);
    const state = stateOf(await closeBy(url, one));
    expect((await closeBy(url, other, state)).body).toMatchObject({ error: { code: -32_602 } });
    expect(server.ran).not.toHaveBeenCalled();
    expect(textOf(await closeBy(url, one, state))).toBe('closed c1');
    const id = await openSession(url, one);
    expect(await useSession(url, id, other)).toBe(404);
    expect(await endSession(url, id, other)).toBe(404);
    expect(await useSession(url, id, one)).toBe(200);
    expect(await endSession(url, id, one)).toBe(200);
  });
});

const byKey: CallerId = ({ headers }) => headers.get('x-api-key') ?? undefined;
const key = (value: string, more: Headers = {}): Headers => ({ 'x-api-key': value, ...more });

describe('where callerId says who it is', () => {
  test.each([
    ['at once', byKey],
    ['later', async (sent: Request) => byKey(sent)],
  ])('callers are told apart by it (%s)', async (_, callerId) => {
    expect(await sharedBy({ callerId }, key('ann'), key('ben'))).toEqual(nothing);
    expect(await sharedBy({ callerId }, key('ann'), key('ann', { cookie: 'a=2' }))).toEqual(all);
    expect(await sharedBy({ callerId }, key('ann', as('1')), key('ann', as('2')))).toEqual(all);
    expect(await sharedBy({ callerId }, key('ann', as('1')), key('ben', as('1')))).toEqual(nothing);
  });

  test('it wins where auth lets in whoever has no credential', async () => {
    await using server = await start({ auth: bySubject, callerId: byKey });
    await pay(server.url, key('ann'));
    await pay(server.url, key('ben'));
    await pay(server.url, key('ann'));
    expect(server.ran).toHaveBeenCalledTimes(2);
  });

  test.each<[string, CallerId]>([
    [
      'throws',
      () => {
        throw new Error('the database is away');
      },
    ],
    ['rejects', () => Promise.reject(new Error('the database is away'))],
    ['is late', () => new Promise(() => {})],
    ['says nothing', () => undefined],
  ])('a caller for whom it %s is unknown', async (_, callerId) => {
    await using server = await start({ callerId, hookTimeoutMs: 50 });
    expect(await pay(server.url, key('ann'))).toMatch(/callerId/);
    expect(server.ran).not.toHaveBeenCalled();
    expect(await take(server.url, key('ann'))).toBe('in time');
    expect(await take(server.url, key('ben'))).toMatch(/^TOO_MANY_REQUESTS/);
  });

  test('an unknown caller is nobody whose name is known', async () => {
    await using server = await start({ callerId: byKey });
    for (const name of ['undefined', '', 'null', 'unknown', 'anonymous']) {
      expect(await pay(server.url, key(name || 'x'))).toMatch(/^charged /);
    }
    expect(await pay(server.url, {})).toMatch(/callerId/);
    expect(await take(server.url, {})).toBe('in time');
    expect(await take(server.url, key('unknown'))).toBe('in time');
    expect(await take(server.url, key('undefined'))).toBe('in time');
  });
});

describe('where neither is there', () => {
  test('the Authorization header tells callers apart, and a cookie does not', async () => {
    expect(await sharedBy({}, as('ann'), as('ben'))).toEqual(nothing);
    for (const cookie of ['a=2', 'junk', 'session=rolled; other=1', ' ']) {
      expect(await sharedBy({}, as('ann', { cookie: 'a=1' }), as('ann', { cookie }))).toEqual(all);
      expect(await sharedBy({}, as('ann'), as('ann', { cookie }))).toEqual(all);
    }
  });

  test('a header of another name makes nobody known', async () => {
    await using server = await start();
    expect(await take(server.url, key('ann', { cookie: 'a=1' }))).toBe('in time');
    expect(await take(server.url, key('ben', { cookie: 'a=2' }))).toMatch(/^TOO_MANY_REQUESTS/);
  });

  test('a key is refused in words that name callerId, and nothing runs', async () => {
    await using server = await start();
    for (const headers of [key('ann'), key('ben'), {}, { cookie: 'session=1' }]) {
      expect(await pay(server.url, headers)).toMatch(/callerId/);
    }
    expect(server.ran).not.toHaveBeenCalled();
    await using client = await connect['2025-11-25'](server.url, key('ann'));
    const { content, isError } = await client.callTool({
      name: 'charge',
      arguments: { amount: 5, _idempotencyKey: 'k' },
    });
    expect([isError, JSON.stringify(content)]).toEqual([true, expect.stringContaining('callerId')]);
    expect(server.ran).not.toHaveBeenCalled();
  });

  test('a consent is bound to its state, the tool and the arguments', async () => {
    await using server = await start();
    const { url, ran } = server;
    const state = stateOf(await closeBy(url, key('ann', { cookie: 'a=1' })));
    for (const more of [{ name: 'drop' }, { arguments: { id: 'c2' } }]) {
      expect((await closeBy(url, key('ann', { cookie: 'a=1' }), state, more)).body).toMatchObject({
        error: { code: -32_602 },
      });
    }
    expect(ran).not.toHaveBeenCalled();
    expect(textOf(await closeBy(url, key('ann', { cookie: 'rolled' }), state))).toBe('closed c1');
    expect(textOf(await closeBy(url, key('ann', { cookie: 'rolled' }), state))).toMatch(/^CONFLICT/);
    expect(ran.mock.calls).toEqual([['close c1']]);
  });

  test('a session serves whoever has its id, and nobody can end it', async () => {
    await using server = await start({ legacy: 'sessions', sessions: { idleMs: 3000 } });
    const { url } = server;
    const id = await openSession(url, key('ann', { cookie: 'a=1' }));
    expect(await useSession(url, id, key('ann', { cookie: 'rolled' }))).toBe(200);
    expect(await useSession(url, id, key('ben'))).toBe(200);
    expect(await endSession(url, id, key('ben'))).toBe(405);
    expect(await endSession(url, id, key('ann', { cookie: 'a=1' }))).toBe(405);
    expect(await useSession(url, id, key('ann'))).toBe(200);
    // It ends when nobody has used it for a while. Asking to end it does not use it.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 });
    try {
      await expect.poll(() => endSession(url, id, key('ben')), { timeout: 20_000, interval: 200 }).toBe(404);
      expect(await useSession(url, id, {})).toBe(404);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a handler without createContext', () => {
  const plain = initTRPC.meta<McpMeta>().create();

  test('has one caller, whoever it is', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const ran = vi.fn();
    const router = plain.router({
      charge: plain.procedure.meta({ mcp: { idempotent: true } }).mutation(() => {
        ran();
        return 'charged';
      }),
      limited: plain.procedure.meta({ mcp: { rateLimit: perMinute(1) } }).query(() => 'in time'),
    });
    await using server = await serve(mcpHandler(router));
    for (const headers of [key('ann'), key('ben'), { cookie: 'a=1' }, {}]) {
      const { body } = await call(server.mcp, 'modern', 'charge', { _idempotencyKey: 'k' }, headers);
      expect(body).toMatchObject({ result: { structuredContent: 'charged' } });
    }
    expect(ran).toHaveBeenCalledOnce();
    expect(await take(server.mcp, { cookie: 'a=1' })).toBe('in time');
    expect(await take(server.mcp, { cookie: 'a=2' })).toMatch(/^TOO_MANY_REQUESTS/);
    expect(warn).not.toHaveBeenCalled();
  });
});

describe('an idempotent tool', () => {
  const mount = (options: HandlerOptions & { callerId?: CallerId }) => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    mcpHandler(
      createRouter(() => {}),
      { createContext: () => ({ user: '' }), ...options },
    );
    return warn.mock.calls.flat().join('\n');
  };

  test('is a warning at mount with neither auth nor callerId, and no error', () => {
    expect(mount({})).toMatch(/charge[^]*callerId|callerId[^]*charge/);
  });

  test('is none with one of them', () => {
    expect(mount({ auth: bySubject })).not.toContain('callerId');
    expect(mount({ callerId: () => 'suite' })).not.toContain('callerId');
  });
});
