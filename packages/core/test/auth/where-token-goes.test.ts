import { initTRPC, TRPCError } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { mcpHandler } from '../../src/adapters/express.ts';
import { type AuthOptions, bearer, type HandlerOptions, type McpMeta } from '../../src/index.ts';
import { type Answer, call, eras, request } from '../messages.ts';
import { serve } from '../server.ts';

const t = initTRPC.meta<McpMeta>().create();
const router = t.router({
  ping: t.procedure.meta({ mcp: true }).query(() => 1),
  scoped: t.procedure.meta({ mcp: { scopes: ['notes:read'] } }).query(() => 1),
});

const textOf = ({ body }: Answer) =>
  (body as { result?: { content?: [{ text: string }] } }).result?.content?.[0].text ??
  (body as { error: { message: string } }).error.message;

/** An endpoint that takes plain tokens. */
const plainTokens = (more: Partial<AuthOptions> = {}): AuthOptions => ({
  authenticate({ headers }) {
    const token = headers.get('authorization')?.replace('Bearer ', '');
    if (token === undefined) return undefined;
    if (token === 'bad') throw new TRPCError({ code: 'UNAUTHORIZED' });
    if (token === 'revoked') throw new TRPCError({ code: 'UNAUTHORIZED', message: 'This was revoked.' });
    return { token, clientId: token, scopes: [] };
  },
  ...more,
});

const oauth = bearer({
  verify: () => undefined,
  resource: 'https://app.example.com/mcp',
  authorizationServers: ['https://login.example.com'],
});

const advice = 'send a token in the header "Authorization: Bearer <token>"';

describe.each([
  [eras[0], true],
  [eras[0], false],
  [eras[1], true],
  [eras[1], false],
] as const)('the 401 of an endpoint in the %s era, with the fast lane: %s', (era, fastLane) => {
  const start = (auth: AuthOptions, more: HandlerOptions = {}) =>
    serve(mcpHandler(router, { auth, fastLane, onError: () => {}, ...more }));

  test.each([
    ['a credential is required', { required: true }, 'ping', {}],
    ['the credential is bad', { required: true }, 'ping', { authorization: 'Bearer bad' }],
    ['a tool needs scopes', {}, 'scoped', {}],
    ['authorize gives no reason', { authorize: () => false }, 'ping', {}],
    [
      'authorize throws',
      {
        authorize: () => {
          throw new Error('no');
        },
      },
      'ping',
      {},
    ],
  ] as [string, Partial<AuthOptions>, string, Record<string, string>][])(
    'says in which header the token goes, where %s',
    async (_, more, name, headers) => {
      await using server = await start(plainTokens(more));
      const called = await call(server.mcp, era, name, {}, headers);
      expect([called.status, textOf(called)]).toEqual([401, expect.stringContaining(`; ${advice} (`)]);
      if (name === 'scoped') return;
      const listed = await request(server.mcp, era, 'tools/list', {}, headers);
      expect([listed.status, textOf(listed)]).toEqual([401, expect.stringContaining(`; ${advice} (`)]);
    },
  );

  test.each([
    ['Basic realm="notes"', 'send a credential in the header "Authorization: Basic <credential>"'],
    ['bearer realm="notes", error="x"', advice],
    ['ApiKey', 'send a credential in the header "Authorization: ApiKey <credential>"'],
    ['ApiKey realm="notes", header="x-api-key"', 'send a credential in the header "x-api-key: <credential>"'],
    ['Cookie realm="notes"', 'send the cookie of a session that is signed in'],
  ])('says it by the challenge %s', async (challenge, words) => {
    await using server = await start(plainTokens({ required: true, challenge }));
    expect(textOf(await call(server.mcp, era, 'ping'))).toContain(`; ${words} (`);
  });

  test('says what the app says, where the app has words of its own', async () => {
    await using server = await start(plainTokens({ authorize: () => 'Ask Ada for a token.' }));
    expect(textOf(await call(server.mcp, era, 'ping'))).toBe(
      'UNAUTHORIZED: Ask Ada for a token. (WWW-Authenticate: Bearer)',
    );
    const revoked = await call(server.mcp, era, 'ping', {}, { authorization: 'Bearer revoked' });
    expect(textOf(revoked)).toBe('UNAUTHORIZED: This was revoked. (WWW-Authenticate: Bearer)');
  });

  test('says nothing of it where a person logs in, and says it where plain tokens are taken beside that', async () => {
    await using login = await start(oauth);
    expect(textOf(await call(login.mcp, era, 'ping'))).not.toContain(advice);
    const authenticate = [plainTokens().authenticate, oauth.authenticate].flat();
    await using both = await start({ ...oauth, authenticate });
    expect(textOf(await call(both.mcp, era, 'ping'))).toContain(advice);
  });

  test('is not a 403, which another token does not mend', async () => {
    await using server = await start(plainTokens({ authorize: () => false }));
    const refused = await call(server.mcp, era, 'ping', {}, { authorization: 'Bearer ada' });
    expect([refused.status, textOf(refused)]).toEqual([403, 'FORBIDDEN: you may not do this here']);
  });
});
