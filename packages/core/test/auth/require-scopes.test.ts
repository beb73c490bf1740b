import { initTRPC } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { mcpHandler } from '../../src/adapters/express.ts';
import {
  type AuthOptions,
  type McpAuthInfo,
  type McpMeta,
  requireScopes,
  SetupError,
} from '../../src/index.ts';
import { call, eras } from '../messages.ts';
import { serve } from '../server.ts';

interface Context {
  auth?: McpAuthInfo | undefined;
}

const withScopes = (...scopes: string[]): McpAuthInfo => ({ token: '', clientId: 'x', scopes });

const t = initTRPC.context<Context>().meta<McpMeta>().create();
const inner = t.router({ write: t.procedure.use(requireScopes('write')).mutation(() => 'written') });
const router = t.router({
  read: t.procedure
    .meta({ mcp: true })
    .use(requireScopes('read'))
    .query(() => 'read'),
  anybody: t.procedure
    .meta({ mcp: true })
    .use(requireScopes())
    .query(() => 'known'),
  // As an app does that has more rights than its caller.
  writeAsApp: t.procedure
    .meta({ mcp: true })
    .mutation(() => inner.createCaller({ auth: withScopes('write') }).write()),
  writeAsNobody: t.procedure
    .meta({ mcp: true })
    .mutation(() => inner.createCaller({ auth: withScopes() }).write()),
});

/** What a client with one credential is answered, where the app knows the caller by another or by none. */
async function answer(
  era: (typeof eras)[number],
  name: string,
  { client, app }: { client?: McpAuthInfo; app?: McpAuthInfo },
): Promise<[number, string]> {
  const auth: AuthOptions = { authenticate: () => client };
  const handler = mcpHandler(router, { auth, createContext: () => ({ auth: app }), onError: () => {} });
  await using server = await serve(handler);
  const { status, body } = await call(server.mcp, era, name);
  return [status, (body as { result: { content: [{ text: string }] } }).result.content[0].text];
}

describe.each(eras)('over MCP in the %s era', (era) => {
  test('the caller is the client, where the context has none', async () => {
    expect(await answer(era, 'read', { client: withScopes('read') })).toEqual([200, expect.any(String)]);
    expect(await answer(era, 'read', { client: withScopes('list') })).toEqual([
      403,
      expect.stringContaining('FORBIDDEN: this needs the scope read'),
    ]);
    expect(await answer(era, 'read', {})).toEqual([
      401,
      expect.stringContaining('UNAUTHORIZED: this needs a credential with the scope read'),
    ]);
  });

  test('a client does not get what only the person in the context may do, nor the other way round', async () => {
    const [able, unable] = [withScopes('read'), withScopes()];
    expect((await answer(era, 'read', { client: unable, app: able }))[0]).toBe(403);
    expect((await answer(era, 'read', { client: able, app: unable }))[0]).toBe(403);
    expect((await answer(era, 'read', { client: able, app: able }))[0]).toBe(200);
    expect((await answer(era, 'read', { app: able }))[0]).toBe(200);
  });

  test('a caller inside a procedure has the scopes of its own context, as over tRPC', async () => {
    expect((await answer(era, 'writeAsApp', { client: withScopes() }))[0]).toBe(200);
    expect((await answer(era, 'writeAsNobody', { client: withScopes('write') }))[0]).toBe(403);
  });

  test('without scopes it asks for a caller alone', async () => {
    expect((await answer(era, 'anybody', { client: withScopes() }))[0]).toBe(200);
    expect((await answer(era, 'anybody', {}))[0]).toBe(401);
  });
});

test.each([
  undefined,
  null,
  {},
  { auth: undefined },
  { auth: { userId: 'ada' } },
  { auth: { scopes: 'read' } },
])('lets nobody through over tRPC whose scopes are not known: %j', async (ctx) => {
  await expect(router.createCaller(ctx as Context).read()).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
});

test('finds the caller that an earlier middleware has put into the context', async () => {
  const plain = initTRPC.context<{ user: string }>().create();
  const known = plain.procedure.use(({ ctx, next }) => next({ ctx: { auth: withScopes(ctx.user) } }));
  const app = plain.router({ read: known.use(requireScopes('read')).query(({ ctx }) => ctx.user) });
  expect(await app.createCaller({ user: 'read' }).read()).toBe('read');
  await expect(app.createCaller({ user: 'write' }).read()).rejects.toMatchObject({ code: 'FORBIDDEN' });
});

test('several scopes in one text are a set-up error, because nobody could hold them', () => {
  expect(() => requireScopes('notes:read notes:write')).toThrow(SetupError);
});
