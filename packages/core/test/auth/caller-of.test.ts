import { get } from 'node:http';
import { initTRPC, TRPCError } from '@trpc/server';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mcpHandler } from '../../src/adapters/express.ts';
import * as core from '../../src/index.ts';
import {
  bearer,
  type BearerAuth,
  type BearerOptions,
  introspection,
  jwt,
  type JwtOptions,
  type McpMeta,
  SetupError,
  type VerifyToken,
} from '../../src/index.ts';
import { call, eras } from '../messages.ts';
import { listen, serve } from '../server.ts';
import { type AuthorizationServer, resource, startAuthorizationServer } from './authorization-server.ts';

/** Who a caller is, as `callerOf` says. */
interface Caller {
  clientId: string;
  scopes: string[];
  subject?: string | undefined;
}
type WithCallerOf = BearerAuth & {
  callerOf(request: Request | IncomingMessage): Promise<Caller | undefined>;
};

let server: AuthorizationServer;
beforeAll(async () => {
  server = await startAuthorizationServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;
const jwtVerify = (more: Partial<JwtOptions> = {}) =>
  jwt({ issuer: server.issuer, jwksUri: server.jwksUri, ...more });
const introspect = () =>
  introspection({
    endpoint: server.introspectionEndpoint,
    clientId: 'app',
    clientSecret: 'secret',
    cacheMs: 0,
  });
const protect = (more: Partial<BearerOptions> = {}) =>
  bearer({ verify: jwtVerify(), resource, authorizationServers: [server.issuer], ...more }) as WithCallerOf;

const withHeader = (authorization?: string) =>
  new Request(
    'https://app.example.com/trpc/list',
    authorization === undefined ? {} : { headers: { authorization } },
  );

const issueAs = (header: { typ?: string }, claims: JWTPayload = {}) => {
  const { kid, privateKey } = server.key();
  const all = { iss: server.issuer, aud: resource, sub: 'ada', client_id: 'editor', exp: inSeconds(300) };
  return new SignJWT({ ...all, scope: 'notes:read', ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: kid!, ...header })
    .sign(privateKey);
};

/** What `verify` says by itself: nothing, where it refuses. */
async function verified(verify: VerifyToken, token: string): Promise<unknown> {
  try {
    return await verify(token, { resource });
  } catch (thrown) {
    expect(thrown).toMatchObject({ code: 'UNAUTHORIZED' });
    return undefined;
  }
}

const bad: [string, () => Promise<string>][] = [
  ['for another audience', () => server.issue({ aud: 'https://other.example.com' })],
  ['for the whole origin', () => server.issue({ aud: new URL(resource).origin })],
  ['without an audience', () => server.issue({ aud: undefined as never })],
  ['that has expired', () => server.issue({ exp: inSeconds(-60) })],
  ['that never expires', () => server.issue({ exp: undefined as never })],
  ['that is not valid yet', () => server.issue({ nbf: inSeconds(60) })],
  ['of another issuer', () => server.issue({ iss: 'https://evil.example' })],
  ['that is an ID token', () => issueAs({ typ: 'JWT' }, { nonce: 'n', at_hash: 'h', aud: resource })],
  ['that nobody signed', async () => `${(await server.issue()).split('.').slice(0, 2).join('.')}.`],
  ['that is no JWT', async () => 'opaque'],
];

describe('callerOf', () => {
  test('knows a good token, from a web request', async () => {
    const caller = await protect().callerOf(withHeader(`Bearer ${await server.issue()}`));
    expect(caller).toMatchObject({ clientId: 'editor', scopes: ['notes:read'], subject: 'ada' });
    expect(JSON.stringify(caller)).not.toContain(await server.issue());
  });

  test('knows a good token, from a request of Node', async () => {
    const oauth = protect();
    const seen: unknown[] = [];
    await using app = await listen((req, res) => {
      void (async () => oauth.callerOf(req))()
        .catch((error: unknown) => error)
        .then((caller) => seen.push(caller))
        .then(() => res.end());
    });
    for (const authorization of [
      `Bearer ${await server.issue()}`,
      `bearer ${await server.issue({ sub: 'bob' })}`,
    ]) {
      await fetch(app.url, { headers: { authorization } });
    }
    await fetch(app.url);
    await fetch(app.url, { headers: { authorization: 'Bearer nonsense' } });
    expect(seen[2]).toBeUndefined();
    expect(seen.toSpliced(2, 1)).toMatchObject([
      { subject: 'ada' },
      { subject: 'bob' },
      { code: 'UNAUTHORIZED' },
    ]);
  });

  test.each([undefined, 'Basic YTpi', 'Digest a'])(
    'gives undefined without a credential of its kind: %s',
    async (header) => {
      expect(await protect().callerOf(withHeader(header))).toBeUndefined();
    },
  );

  test.each(bad)('throws UNAUTHORIZED for a token %s', async (_, issue) => {
    const thrown: unknown = await protect()
      .callerOf(withHeader(`Bearer ${await issue()}`))
      .catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(TRPCError);
    expect(thrown).toMatchObject({ code: 'UNAUTHORIZED' });
  });

  test.each([
    'Bearer',
    'Bearer ',
    'Bearer a b',
    `Bearer ${'x'.repeat(10_000)}`,
    'Bearer <script>',
    'Bearer\tgood',
    'Bearer:good',
    'bearer=good',
    'Bearer,good',
    'Basic YTpi, Bearer good',
  ])('throws UNAUTHORIZED for a header that is malformed', async (header) => {
    await expect(protect().callerOf(withHeader(header))).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  });

  test.each([
    ['two tokens', ['Bearer good', 'Bearer bad']],
    ['the same token twice', ['Bearer good', 'Bearer good']],
    ['another credential first', ['Basic YTpi', 'Bearer good']],
  ])('throws UNAUTHORIZED for several headers, from a request of Node too: %s', async (_, authorization) => {
    const good = { clientId: 'x', scopes: [], audience: resource, expiresAt: inSeconds(60) };
    const oauth = protect({ verify: () => good });
    const seen: unknown[] = [];
    await using app = await listen((req, res) => {
      void (async () => oauth.callerOf(req))()
        .catch((error: unknown) => error)
        .then((caller) => seen.push(caller))
        .then(() => res.end());
    });
    await new Promise((resolve) => get(app.url, { headers: { authorization } as never }, resolve));
    const headers = new Headers(authorization.map((value) => ['authorization', value]));
    for (const request of [
      new Request(resource, { headers }),
      { headers: { authorization } },
      { headers: { authorization: authorization[0], Authorization: authorization[1] } },
    ]) {
      seen.push(await oauth.callerOf(request).catch((error: unknown) => error));
    }
    expect(seen).toHaveLength(4);
    for (const each of seen) expect(each).toMatchObject({ code: 'UNAUTHORIZED' });
  });

  test('takes the header that the app has set for itself', async () => {
    const good = { clientId: 'x', scopes: [], audience: resource, expiresAt: inSeconds(60) };
    const oauth = protect({ verify: (token) => (token === 'good' ? good : undefined) });
    const rawHeaders = ['Cookie', 'token=good', 'authorization', 'Bearer bad'];
    const request = { headers: { authorization: 'Bearer good' }, rawHeaders };
    expect(await oauth.callerOf(request)).toMatchObject({ clientId: 'x' });
  });

  test('checks what a verify of the app’s own returns', async () => {
    const good = { clientId: 'x', scopes: [], audience: resource, expiresAt: inSeconds(60) };
    for (const [token, isGood] of [
      [good, true],
      [{ ...good, audience: 'https://other.example.com' }, false],
      [{ ...good, expiresAt: inSeconds(-60) }, false],
      [undefined, false],
    ] as const) {
      const caller = protect({ verify: () => token }).callerOf(withHeader('Bearer x'));
      if (isGood) expect(await caller).toMatchObject({ clientId: 'x' });
      else await expect(caller).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    }
  });

  test('asks an authorization server that is the only one to know', async () => {
    const oauth = protect({ verify: introspect() });
    const answer = { active: true, client_id: 'editor', sub: 'ada', scope: 'notes:read', exp: inSeconds(60) };
    server.introspect = (token) => {
      if (token === 'good') return { ...answer, aud: resource };
      return token === 'other' ? { ...answer, aud: 'https://other.example.com' } : { active: false };
    };
    expect(await oauth.callerOf(withHeader('Bearer good'))).toMatchObject({ subject: 'ada' });
    for (const token of ['other', 'unknown']) {
      await expect(oauth.callerOf(withHeader(`Bearer ${token}`))).rejects.toMatchObject({
        code: 'UNAUTHORIZED',
      });
    }
  });
});

describe('verify by itself', () => {
  test('of jwt takes what bearer takes', async () => {
    expect(await verified(jwtVerify(), await server.issue())).toMatchObject({ clientId: 'editor' });
  });

  test.each(bad)('of jwt refuses what bearer refuses: a token %s', async (_, issue) => {
    expect(await verified(jwtVerify(), await issue())).toBeUndefined();
  });

  test('of jwt with an audience of its own refuses every other', async () => {
    const verify = jwtVerify({ audience: 'api://notes' });
    expect(await verified(verify, await server.issue({ aud: 'api://notes' }))).toBeDefined();
    for (const aud of ['api://other', resource]) {
      expect(await verified(verify, await server.issue({ aud }))).toBeUndefined();
    }
  });

  test.each([
    ['another audience', { aud: 'https://other.example.com' }],
    ['no audience', { aud: undefined }],
    ['an end that is past', { exp: inSeconds(-60) }],
    ['a start that is to come', { nbf: inSeconds(60) }],
    ['no life in it', { active: false }],
  ])('of introspection refuses a token with %s', async (_, claims) => {
    const good = { active: true, client_id: 'editor', scope: '', aud: resource, exp: inSeconds(60) };
    server.introspect = () => good;
    expect(await verified(introspect(), 'token')).toBeDefined();
    server.introspect = () => ({ ...good, ...claims });
    expect(await verified(introspect(), 'token')).toBeUndefined();
  });
});

describe.each(eras)('the type of a token, in the %s era', (era) => {
  const t = initTRPC.meta<McpMeta>().create();
  const router = t.router({ read: t.procedure.meta({ mcp: true }).query(() => 'read') });
  const present = async (token: string) => {
    await using app = await serve(mcpHandler(router, { auth: protect(), onError: () => {} }));
    return (await call(app.mcp, era, 'read', {}, { authorization: `Bearer ${token}` })).status;
  };

  test.each(['at+jwt', 'application/at+jwt', 'AT+JWT'])('is taken where it is %s', async (typ) => {
    expect(await present(await issueAs({ typ }))).toBe(200);
  });

  test.each(['JWT', 'jwt', 'dpop+jwt', 'logout+jwt', 'secevent+jwt', 'at+jwt2', ''])(
    'is refused where it is %j',
    async (typ) => {
      expect(await present(await issueAs({ typ }))).toBe(401);
    },
  );

  test('is refused where it is missing', async () => {
    expect(await present(await issueAs({}))).toBe(401);
  });

  test.each([
    ['a nonce', { nonce: 'n' }],
    ['the hash of an access token', { at_hash: 'h' }],
    ['the hash of a code', { c_hash: 'h' }],
  ])('is refused for an ID token, with %s', async (_, claims) => {
    expect(await present(await issueAs({ typ: 'JWT' }, claims))).toBe(401);
  });
});

type RequireScopes = (...scopes: string[]) => (options: { ctx: object; next: () => unknown }) => unknown;
const { requireScopes } = core as unknown as { requireScopes: RequireScopes };

describe('requireScopes', () => {
  interface Context {
    auth: Caller | undefined;
  }
  const start = () => {
    const oauth = protect();
    const t = initTRPC.context<Context>().meta<McpMeta>().create({ isDev: false });
    const guarded = (...scopes: string[]) =>
      t.procedure.meta({ mcp: true }).use(requireScopes(...scopes) as never);
    const router = t.router({
      read: guarded('notes:read').query(() => 'read'),
      write: guarded('notes:read', 'notes:write').query(() => 'written'),
      purge: guarded('notes:write', 'notes:purge').query(() => 'purged'),
    });
    return { oauth, router };
  };

  const overTrpc = async (path: string, token?: string) => {
    const { oauth, router } = start();
    const response = await fetchRequestHandler({
      endpoint: '/trpc',
      router,
      req: new Request(
        `https://app.example.com/trpc/${path}`,
        token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } },
      ),
      createContext: async ({ req }) => ({ auth: await oauth.callerOf(req) }),
    });
    return { status: response.status, text: await response.text() };
  };

  test('lets through over tRPC who has them', async () => {
    expect(await overTrpc('read', await server.issue())).toMatchObject({ status: 200 });
    expect(await overTrpc('write', await server.issue({ scope: 'notes:write notes:read' }))).toMatchObject({
      status: 200,
    });
  });

  test('is FORBIDDEN over tRPC and names what is missing, and no more', async () => {
    const { status, text } = await overTrpc('write', await server.issue());
    expect(status).toBe(403);
    expect(text).toContain('notes:write');
    expect(text).not.toContain('notes:read');
    const both = await overTrpc('purge', await server.issue());
    expect(both).toMatchObject({ status: 403, text: expect.stringMatching(/notes:write.*notes:purge/) });
  });

  test('lets nobody through over tRPC without a credential, or with a bad one', async () => {
    expect([401, 403]).toContain((await overTrpc('read')).status);
    expect((await overTrpc('read', await server.issue({ aud: 'https://other.example.com' }))).status).toBe(
      401,
    );
    expect((await overTrpc('read', await server.issue({ exp: inSeconds(-60) }))).status).toBe(401);
  });

  test.each(eras)('refuses over MCP whom it refuses over tRPC, in the %s era', async (era) => {
    const { oauth, router } = start();
    const handler = mcpHandler(router, {
      auth: oauth,
      createContext: async ({ req }) => ({ auth: await oauth.callerOf(req) }),
      onError: () => {},
    });
    await using app = await serve(handler);
    const headers = { authorization: `Bearer ${await server.issue()}` };
    expect((await call(app.mcp, era, 'read', {}, headers)).status).toBe(200);
    const refused = await call(app.mcp, era, 'write', {}, headers);
    expect([refused.status, JSON.stringify(refused.body)]).toEqual([
      403,
      expect.stringContaining('notes:write'),
    ]);
  });
});

describe('jwt with keys of its own', () => {
  const localJwks = async () => {
    const pair = await generateKeyPair('ES256', { extractable: true });
    const publicJwk = { ...(await exportJWK(pair.publicKey)), kid: 'local', alg: 'ES256', use: 'sig' };
    const issue = (claims: JWTPayload = {}, kid = 'local', key = pair.privateKey) =>
      new SignJWT({
        iss: 'https://issuer.example',
        aud: resource,
        sub: 'ada',
        client_id: 'editor',
        ...claims,
      })
        .setProtectedHeader({ alg: 'ES256', kid, typ: 'at+jwt' })
        .setExpirationTime('5m')
        .sign(key);
    return { jwks: { keys: [publicJwk] }, issue };
  };
  const local = (jwks: unknown) => jwt({ issuer: 'https://issuer.example', jwks } as unknown as JwtOptions);

  test('takes what they have signed, and asks nobody', async () => {
    const { jwks, issue } = await localJwks();
    const before = server.asked.length;
    expect(await verified(local(jwks), await issue())).toMatchObject({ clientId: 'editor' });
    const oauth = protect({ verify: local(jwks) });
    expect(await oauth.callerOf(withHeader(`Bearer ${await issue()}`))).toMatchObject({ subject: 'ada' });
    expect(server.asked.length).toBe(before);
  });

  test('refuses what another key has signed, and every token that is bad', async () => {
    const { jwks, issue } = await localJwks();
    const other = await localJwks();
    for (const token of [
      await other.issue(),
      await issue({}, 'unknown'),
      await issue({ aud: 'https://other.example.com' }),
      await issue({ iss: 'https://evil.example' }),
    ]) {
      expect(await verified(local(jwks), token)).toBeUndefined();
    }
  });

  test('takes several keys, each by its name', async () => {
    const [one, two] = [await localJwks(), await localJwks()];
    const jwks = {
      keys: [
        { ...one.jwks.keys[0]!, kid: 'one' },
        { ...two.jwks.keys[0]!, kid: 'two' },
      ],
    };
    expect(await verified(local(jwks), await one.issue({}, 'one'))).toBeDefined();
    expect(await verified(local(jwks), await two.issue({}, 'two'))).toBeDefined();
    expect(await verified(local(jwks), await two.issue({}, 'one'))).toBeUndefined();
  });

  test('is found at mount where there are no keys at all', () => {
    expect(() => jwt({ issuer: 'https://issuer.example' } as JwtOptions)).toThrow(SetupError);
    expect(() => local({ keys: [] })).toThrow(SetupError);
  });

  test.each([undefined, ''])(
    'are no proof of who has issued a token, so that an issuer is needed: %j',
    (issuer) => {
      const jwksUri = 'https://issuer.example/keys';
      expect(() => jwt({ issuer: issuer as string, jwksUri })).toThrow('ISSUER_MISSING');
    },
  );
});
