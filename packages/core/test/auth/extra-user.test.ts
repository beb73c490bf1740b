import { inspect } from 'node:util';
import { initTRPC, TRPCError } from '@trpc/server';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../../src/adapters/express.ts';
import { createMemoryStore } from '../../src/call/memory-store.ts';
import {
  bearer,
  type BearerAuth,
  getMcpCall,
  type HandlerOptions,
  type McpAuthInfo,
  type McpMeta,
  type Store,
} from '../../src/index.ts';
import { type Answer, call, eras, request } from '../messages.ts';
import { serve } from '../server.ts';
import { resource } from './authorization-server.ts';

const canary = 'hash-of-the-password';
const secret = 'a secret of at least thirty-two bytes';
const printed = (['error', 'warn', 'log', 'info', 'debug'] as const).map((name) =>
  vi.spyOn(console, name).mockImplementation(() => undefined),
);
afterEach(() => printed.forEach((spy) => spy.mockClear()));

/** A person as the app loads them for each request: an object that nobody may write anywhere, and that holds a cycle. */
class User {
  readonly passwordHash = canary;
  readonly self = this;
  readonly id: string;
  constructor(id: string) {
    this.id = id;
  }
  toJSON(): never {
    throw new Error(`${canary}: a user was written as JSON`);
  }
}

/** Makes what `{ ...bearer(…), authenticate, callerOf }` is for an app that loads the person of each token. */
function withUser(load: (id: string) => User | undefined | Promise<User | undefined>): BearerAuth {
  const oauth = bearer({
    resource,
    authorizationServers: ['https://login.example.com'],
    // A token is `<subject>.<issuer>.<number>`.
    verify: (token) => ({
      clientId: 'editor',
      subject: token.split('.')[0],
      issuer: `https://${token.split('.')[1]}.example`,
      scopes: [],
      audience: resource,
      expiresAt: Date.now() / 1000 + 60,
      extra: { iss: 'not this one', sub: 'nor this one' },
    }),
  });
  const addUser = async (auth: McpAuthInfo | undefined): Promise<McpAuthInfo | undefined> => {
    if (!auth) return undefined;
    const user = await load(auth.subject!);
    if (!user)
      throw new TRPCError({ code: 'UNAUTHORIZED', message: 'this person may not use the app any more' });
    return { ...auth, extra: { ...auth.extra, user } };
  };
  return {
    ...oauth,
    authenticate: async (incoming) => addUser(await oauth.authenticate(incoming)),
    callerOf: async (incoming) => addUser(await oauth.callerOf(incoming)),
  };
}

/** A store that remembers everything it was given. */
function createWatchedStore(): { store: Store; seen: unknown[] } {
  const seen: unknown[] = [];
  const store = new Proxy(createMemoryStore(), {
    get(target, name) {
      const method = Reflect.get(target, name) as (...args: unknown[]) => unknown;
      return (...args: unknown[]) => {
        seen.push([name, ...args]);
        return method.apply(target, args);
      };
    },
  });
  return { store, seen };
}

const t = initTRPC.context<{ auth?: McpAuthInfo | undefined }>().meta<McpMeta>().create();

function createRouter(ran: (what: string) => unknown) {
  return t.router({
    who: t.procedure.meta({ mcp: true }).query(({ ctx }) => {
      const user = getMcpCall()?.auth?.extra?.['user'] as User;
      return [user instanceof User, user.id, ctx.auth?.extra?.['user'] instanceof User];
    }),
    once: t.procedure.meta({ mcp: { idempotent: true } }).mutation(() => void ran('once')),
    close: t.procedure.meta({ mcp: { confirm: 'Close it?' } }).mutation(() => void ran('close')),
    limited: t.procedure
      .meta({ mcp: { rateLimit: { points: 1, durationMs: 60_000 } } })
      .query(() => 'in time'),
    fail: t.procedure.meta({ mcp: true }).query(({ ctx }) => {
      throw Object.assign(new Error('broken'), { auth: ctx.auth });
    }),
    deny: t.procedure.meta({ mcp: true }).query(() => {
      throw new TRPCError({ code: 'FORBIDDEN', message: 'not you' });
    }),
    read: t.procedure
      .meta({ mcp: { resource: { uri: 'app://who' } } })
      .input(z.object({}).optional())
      .query(() => 'text'),
  });
}

async function start(options: HandlerOptions = {}) {
  const ran: string[] = [];
  const { store, seen } = createWatchedStore();
  const auth = withUser((id) => (id === 'gone' ? undefined : new User(id)));
  const server = await serve(
    mcpHandler(
      createRouter((what) => ran.push(what)),
      {
        auth,
        store,
        secret,
        createContext: async ({ req }) => ({ auth: await auth.callerOf(req) }),
        ...options,
      },
    ),
  );
  return {
    ...server,
    mcp: server.mcp,
    ran,
    seen,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const as = (token: string) => ({ authorization: `Bearer ${token}` });
const written = (value: unknown) => inspect(value, { depth: 30, showHidden: true, maxStringLength: null });

/** Texts of base64 in an answer, such as a sealed state, as what they hold. */
function decoded(text: string): string {
  const parts = text.match(/[\w+/-]{40,}/g) ?? [];
  return parts.map((part) => Buffer.from(part, 'base64url').toString('latin1')).join('\n');
}

const resultOf = ({ body }: Answer) => (body as { result: Record<string, unknown> }).result;
const errorOf = ({ body }: Answer) => (body as { error: { message: string } }).error.message;

describe.each([true, false])('with the lane %s', (fastLane) => {
  test.each(eras)('a user in auth.extra reaches the app, and no client, store or log; %s', async (era) => {
    await using app = await start({ fastLane });
    const answers: Answer[] = [];
    const say = async (answer: Promise<Answer>) => {
      answers.push(await answer);
      return answers.at(-1)!;
    };
    const who = await say(call(app.mcp, era, 'who', undefined, as('ada.one.1')));
    expect(JSON.stringify(resultOf(who)['content'])).toContain('true');
    expect(JSON.stringify(resultOf(who)['content'])).not.toContain('false');
    for (const [name, args] of [
      ['once', { _idempotencyKey: 'k1' }],
      ['once', { _idempotencyKey: 'k1' }],
      ['close', undefined],
      ['limited', undefined],
      ['limited', undefined],
      ['fail', undefined],
      ['deny', undefined],
      ['nothing', undefined],
    ] as const)
      await say(call(app.mcp, era, name, args, as('ada.one.1')));
    await say(request(app.mcp, era, 'tools/list', {}, as('ada.one.1')));
    await say(request(app.mcp, era, 'resources/read', { uri: 'app://who' }, as('ada.one.1')));
    expect(app.ran).toEqual(['once']);
    expect(app.seen.length).toBeGreaterThan(0);
    for (const place of [answers.map(({ body, headers }) => [body, ...headers]), app.seen]) {
      expect(written(place)).not.toContain(canary);
      expect(decoded(written(place))).not.toContain(canary);
    }
    // What the app itself threw is printed with what the app put on it. Nothing else holds the user.
    const others = printed
      .flatMap((spy) => spy.mock.calls)
      .filter((told) => !written(told).includes('broken'));
    expect(written(others)).not.toContain(canary);
  });

  test.each(eras)(
    'callers are told apart by subject and issuer, whichever object the user is; %s',
    async (era) => {
      await using app = await start({ fastLane });
      const run = (token: string) => call(app.mcp, era, 'once', { _idempotencyKey: 'k1' }, as(token));
      for (const token of ['ada.one.1', 'ada.one.1', 'ada.one.2'])
        expect((await run(token)).status).toBe(200);
      expect(app.ran).toHaveLength(1);
      await run('ada.two.1');
      await run('bob.one.1');
      expect(app.ran).toHaveLength(3);

      const limited = async (token: string) =>
        (await call(app.mcp, era, 'limited', undefined, as(token))).body;
      expect(written(await limited('ada.one.1'))).toContain('in time');
      expect(written(await limited('ada.one.2'))).toContain('TOO_MANY_REQUESTS');
      expect(written(await limited('ada.two.1'))).toContain('in time');
    },
  );

  test('consent holds for the same subject with a new token, and for nobody else', async () => {
    await using app = await start({ fastLane });
    const round = (token: string, more: object = {}) =>
      request(
        app.mcp,
        'modern',
        'tools/call',
        {
          name: 'close',
          arguments: {},
          ...more,
          _meta: { 'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } } },
        },
        as(token),
      );
    const asked = resultOf(await round('ada.one.1'));
    const state = asked['requestState'] as string;
    expect(decoded(state)).not.toContain(canary);
    const agreed = {
      requestState: state,
      inputResponses: { confirm: { action: 'accept', content: { confirm: true } } },
    };
    for (const token of ['bob.one.1', 'ada.two.1']) await round(token, agreed);
    expect(app.ran).toEqual([]);
    await round('ada.one.2', agreed);
    expect(app.ran).toEqual(['close']);
    expect(written(app.seen)).not.toContain(canary);
  });

  test('a session goes on for the same subject with a new token, and for nobody else', async () => {
    await using app = await start({ fastLane, legacy: 'sessions' });
    const opened = await request(
      app.mcp,
      'legacy',
      'initialize',
      { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
      as('ada.one.1'),
    );
    const session = { 'mcp-session-id': opened.headers.get('mcp-session-id')! };
    const status = async (token: string) =>
      (await call(app.mcp, 'legacy', 'who', undefined, { ...as(token), ...session })).status;
    expect(await Promise.all(['ada.one.1', 'ada.one.2', 'ada.two.1', 'bob.one.1'].map(status))).toEqual([
      200, 200, 404, 404,
    ]);
  });
});

test.each(eras)('a person who is gone is answered 401, and a failure to load one 503; %s', async (era) => {
  await using app = await start();
  const gone = await call(app.mcp, era, 'who', undefined, as('gone.one.1'));
  expect([gone.status, gone.headers.get('www-authenticate')]).toEqual([
    401,
    `Bearer resource_metadata="${resource}/.well-known/oauth-protected-resource"`,
  ]);

  const failures: { error: Error }[] = [];
  let count = 0;
  const auth = withUser(() => {
    count++;
    throw new TRPCError({ code: 'SERVICE_UNAVAILABLE', message: 'people cannot be loaded now' });
  });
  await using down = await start({
    auth: { ...auth, failureLimit: { max: 1, windowMs: 60_000 } },
    onError: (failure) => failures.push(failure),
  });
  // Nobody is limited because of it.
  for (let tries = 0; tries < 3; tries++) {
    const answer = await call(down.mcp, era, 'who', undefined, as('ada.one.1'));
    expect([
      answer.status,
      answer.headers.get('retry-after'),
      answer.headers.get('www-authenticate'),
    ]).toEqual([503, '5', null]);
    expect(errorOf(answer)).toBe('people cannot be loaded now');
  }
  expect(count).toBe(3);
  expect(failures.map(({ error }) => error.name)).toEqual([
    'CredentialError',
    'CredentialError',
    'CredentialError',
  ]);
  await expect(
    auth.callerOf(new Request('https://app.example.com/trpc/who', { headers: as('ada.one.1') })),
  ).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE', message: 'people cannot be loaded now' });
});
