import { createHmac } from 'node:crypto';
import { initTRPC, TRPCError } from '@trpc/server';
import { exportSPKI, generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { mcpHandler } from '../../src/adapters/express.ts';
import {
  bearer,
  type BearerOptions,
  getMcpCall,
  type HandlerOptions,
  jwt,
  type McpMeta,
} from '../../src/index.ts';
import { type Answer, call, eras, request, rpcError } from '../messages.ts';
import { serve } from '../server.ts';
import { type AuthorizationServer, resource, startAuthorizationServer } from './authorization-server.ts';

const t = initTRPC.meta<McpMeta>().create();
const router = t.router({
  read: t.procedure.meta({ mcp: { scopes: ['notes:read'] } }).query(() => 'read'),
  write: t.procedure.meta({ mcp: { scopes: ['notes:read', 'notes:write'] } }).mutation(() => 'written'),
  who: t.procedure.meta({ mcp: true }).query(() => getMcpCall()?.auth),
  all: t.procedure
    .meta({ mcp: { scopes: ['notes:read', 'notes:all'], resource: { uri: 'notes://all' } } })
    .query(() => 'all'),
});

const metadataUrl = `${resource}/.well-known/oauth-protected-resource`;
const challenge = `Bearer resource_metadata="${metadataUrl}"`;

let server: AuthorizationServer;
beforeAll(async () => {
  server = await startAuthorizationServer();
});
afterAll(() => server[Symbol.asyncDispose]());

/** Starts an endpoint that accepts the tokens of the authorization server. */
async function protect(more: Partial<BearerOptions> = {}, handler: HandlerOptions = {}) {
  const verify = jwt({ issuer: server.issuer, jwksUri: server.jwksUri });
  const auth = bearer({ verify, resource, authorizationServers: [server.issuer], ...more });
  return serve(mcpHandler(router, { auth, onError: () => undefined, ...handler }));
}

function credential(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

function told({ status, headers }: Answer): [number, string | null] {
  return [status, headers.get('www-authenticate')];
}

function invalid(description: string): [number, string] {
  return [401, `${challenge}, error="invalid_token", error_description="${description}"`];
}

const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

function unsigned(header: object, claims: object): string {
  return [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
}

const claims = () => ({
  iss: server.issuer,
  aud: resource,
  sub: 'ada',
  client_id: 'editor',
  scope: 'notes:read notes:write',
  exp: inSeconds(300),
});

describe.each(eras)('in the %s era', (era) => {
  test('a token that is good is let in, and the call knows what it stands for, without the token', async () => {
    await using app = await protect();
    const token = await server.issue();
    const { status, body } = await call(app.mcp, era, 'who', undefined, credential(token));
    expect(status).toBe(200);
    const { structuredContent } = (body as { result: { structuredContent: Record<string, unknown> } }).result;
    expect(structuredContent).toEqual({
      token: '',
      clientId: 'editor',
      subject: 'ada',
      issuer: server.issuer,
      scopes: ['notes:read'],
      expiresAt: expect.any(Number),
      resource,
      extra: {
        iss: server.issuer,
        aud: resource,
        sub: 'ada',
        client_id: 'editor',
        scope: 'notes:read',
        exp: expect.any(Number),
      },
    });
    expect(JSON.stringify(body)).not.toContain(token);
  });

  test('without a credential the challenge says where to learn more, and no error', async () => {
    await using app = await protect({ requiredScopes: ['notes:read'] });
    const expected = [401, `${challenge}, scope="notes:read"`];
    for (const method of ['tools/list', era === 'modern' ? 'server/discover' : 'ping']) {
      expect(told(await request(app.mcp, era, method))).toEqual(expected);
    }
    expect(told(await call(app.mcp, era, 'read'))).toEqual(expected);
    // Another scheme is not for `bearer`, so it counts as no credential.
    expect(told(await call(app.mcp, era, 'read', undefined, { authorization: 'Basic YTpi' }))).toEqual(
      expected,
    );
  });

  const refused: [string, string, () => string | Promise<string>][] = [
    [
      'for another audience',
      `the token is not for ${resource}`,
      () => server.issue({ aud: 'https://app.example.com/other' }),
    ],
    [
      'for the whole origin',
      `the token is not for ${resource}`,
      () => server.issue({ aud: 'https://app.example.com' }),
    ],
    [
      'without an audience',
      `the token is not for ${resource}`,
      () => server.issue({ aud: undefined as never }),
    ],
    ['that has expired', 'the token has expired', () => server.issue({ exp: inSeconds(-60) })],
    [
      'that never expires',
      'the token does not say when it expires',
      () => server.issue({ exp: undefined as never }),
    ],
    ['that is not valid yet', 'the token is not valid yet', () => server.issue({ nbf: inSeconds(60) })],
    [
      'of another issuer',
      'the token is from another issuer',
      () => server.issue({ iss: 'https://evil.example' }),
    ],
    [
      'with "alg": "none"',
      'the token is signed in a way that is not taken here',
      () => `${unsigned({ alg: 'none' }, claims())}.`,
    ],
    [
      'with an HMAC made with the public key',
      'the token is signed in a way that is not taken here',
      async () => {
        const { kid, publicKey } = server.key();
        const content = unsigned({ alg: 'HS256', kid }, claims());
        const mac = createHmac('sha256', await exportSPKI(publicKey)).update(content);
        return `${content}.${mac.digest('base64url')}`;
      },
    ],
    [
      'signed with a key of somebody else under a known name',
      'the token?s signature is not valid',
      async () =>
        server.issue({}, { ...server.key(), ...(await generateKeyPair('RS256', { extractable: true })) }),
    ],
    [
      'that was changed',
      'the token?s signature is not valid',
      async () => {
        const [head, , signature] = (await server.issue()).split('.');
        const body = Buffer.from(JSON.stringify(claims())).toString('base64url');
        return [head, body, signature].join('.');
      },
    ],
    ['that is no JWT', 'the token cannot be read', () => 'demo-admin'],
    ['that is too long', 'the token is longer than 8192 characters', () => 'a'.repeat(8193)],
  ];

  test.each(refused)('a token %s is refused', async (_, description, make) => {
    await using app = await protect();
    const headers = credential(await make());
    const answer = await call(app.mcp, era, 'read', undefined, headers);
    expect(told(answer)).toEqual(invalid(description));
    expect(answer.body).toMatchObject({
      result: { isError: true, _meta: { code: 'UNAUTHORIZED', httpStatus: 401 } },
    });
    expect(told(await request(app.mcp, era, 'tools/list', {}, headers))).toEqual(invalid(description));
  });

  test.each([
    ['in the URL', (token: string) => [`?access_token=${token}`, {}] as const],
    [
      'in the URL as well as in the header',
      (token: string) => [`?access_token=${token}`, credential(token)] as const,
    ],
  ])('a token %s is refused', async (_, send) => {
    const failures: unknown[] = [];
    await using app = await protect({}, { onError: (failure) => failures.push(failure) });
    const token = await server.issue();
    const [query, headers] = send(token);
    const answer = await call(app.mcp + query, era, 'read', undefined, headers);
    const message = 'a token in the URL is not taken; send it in the Authorization header';
    expect(told(answer)).toEqual([
      400,
      `${challenge}, error="invalid_request", error_description="${message}"`,
    ]);
    expect(answer.body).toEqual(rpcError(-32_600, message, 1));
    expect(failures).toHaveLength(1);
    expect(String((failures[0] as { error: Error }).error.stack)).not.toContain(token);
  });

  test.each([
    ['two tokens', 'Bearer one, Bearer two'],
    ['no token', 'Bearer'],
    ['spaces', 'Bearer a b'],
    ['quotes', 'Bearer "a"'],
  ])('an Authorization header with %s is malformed', async (_, authorization) => {
    await using app = await protect();
    const answer = await call(app.mcp, era, 'read', undefined, { authorization });
    const message = 'the Authorization header is malformed; send one token, as: Bearer <token>';
    expect(told(answer)).toEqual([
      400,
      `${challenge}, error="invalid_request", error_description="${message}"`,
    ]);
  });

  test('a missing scope is asked for together with all that the tool, and the endpoint, needs', async () => {
    await using app = await protect({ requiredScopes: ['mcp'] });
    const low = credential(await server.issue({ scope: 'notes:read' }));
    expect(told(await request(app.mcp, era, 'tools/list', {}, low))).toEqual([
      403,
      `${challenge}, error="insufficient_scope", scope="mcp"`,
    ]);
    const some = credential(await server.issue({ scope: 'mcp notes:write' }));
    expect((await request(app.mcp, era, 'tools/list', {}, some)).status).toBe(200);
    expect(told(await call(app.mcp, era, 'write', undefined, some))).toEqual([
      403,
      `${challenge}, error="insufficient_scope", scope="mcp notes:read notes:write"`,
    ]);
    const all = credential(await server.issue({ scope: 'mcp notes:read notes:write' }));
    expect((await call(app.mcp, era, 'write', undefined, all)).status).toBe(200);
  });

  test('a resource asks for its scopes as a tool does', async () => {
    await using app = await protect();
    const headers = { ...credential(await server.issue()), 'mcp-name': 'notes://all' };
    const answer = await request(app.mcp, era, 'resources/read', { uri: 'notes://all' }, headers);
    expect(told(answer)).toEqual([
      403,
      `${challenge}, error="insufficient_scope", scope="notes:read notes:all"`,
    ]);
  });

  test('where a credential is not required, a tool that needs scopes says which', async () => {
    const verify = jwt({ issuer: server.issuer, jwksUri: server.jwksUri });
    const auth = bearer({ verify, resource, authorizationServers: [server.issuer] });
    await using app = await serve(mcpHandler(router, { auth: { ...auth, required: false } }));
    expect((await call(app.mcp, era, 'who')).status).toBe(200);
    expect(told(await call(app.mcp, era, 'write'))).toEqual([
      401,
      `${challenge}, scope="notes:read notes:write"`,
    ]);
  });

  test('return200ForErrors hides the status of every refusal, and no message', async () => {
    await using app = await protect({}, { return200ForErrors: true });
    const expired = credential(await server.issue({ exp: inSeconds(-60) }));
    const answer = await call(app.mcp, era, 'read', undefined, expired);
    expect(told(answer)).toEqual([200, null]);
    expect(JSON.stringify(answer.body)).toContain('UNAUTHORIZED: the token has expired');
    const inUrl = await call(`${app.mcp}?access_token=x`, era, 'read');
    expect(told(inUrl)).toEqual([200, null]);
    expect(JSON.stringify(inUrl.body)).toContain('a token in the URL is not taken');
  });

  test('other ways to authenticate are tried beside it', async () => {
    const verify = jwt({ issuer: server.issuer, jwksUri: server.jwksUri });
    const oauth = bearer({ verify, resource, authorizationServers: [server.issuer] });
    const byKey = ({ headers }: Request) =>
      headers.get('authorization') === 'Bearer key-1'
        ? { token: '', clientId: 'robot', scopes: ['notes:read'] }
        : undefined;
    const auth = { ...oauth, authenticate: [byKey, oauth.authenticate] };
    await using app = await serve(mcpHandler(router, { auth, onError: () => undefined }));
    const statusWith = async (token: string) =>
      (await call(app.mcp, era, 'read', undefined, credential(token))).status;
    expect(await statusWith('key-1')).toBe(200);
    expect(await statusWith('key-2')).toBe(401);
    expect(await statusWith(await server.issue())).toBe(200);
    expect(told(await call(app.mcp, era, 'read'))).toEqual([401, challenge]);
  });
});

describe('verify', () => {
  const good = { clientId: 'robot', scopes: ['notes:read'], audience: resource, expiresAt: inSeconds(300) };
  const answerTo = async (verify: BearerOptions['verify']) => {
    await using app = await protect({ verify });
    return await call(app.mcp, 'modern', 'read', undefined, credential('x'));
  };

  test('is any function, and is told what the token has to be for', async () => {
    const verify = vi.fn(() => good);
    expect((await answerTo(verify)).status).toBe(200);
    expect(verify.mock.calls).toEqual([['x', { resource }]]);
  });

  test.each([
    ['nothing', () => undefined, 'nobody has this token'],
    ['one that is no longer good', () => ({ ...good, expiresAt: inSeconds(-60) }), 'the token has expired'],
    [
      'one without an end',
      () => ({ ...good, expiresAt: Number.NaN }),
      'the token does not say when it expires',
    ],
    ['one for somebody else', () => ({ ...good, audience: ['a', 'b'] }), `the token is not for ${resource}`],
    ['one for nobody', () => ({ ...good, audience: undefined as never }), `the token is not for ${resource}`],
    ['one for later', () => ({ ...good, notBefore: inSeconds(60) }), 'the token is not valid yet'],
    ['one with nonsense', () => ({ ...good, notBefore: 'soon' as never }), 'the token is not valid yet'],
    [
      'a throw',
      () => {
        throw new Error('secret of the database');
      },
      'the token was refused',
    ],
    [
      'a throw that cannot be read',
      () => {
        throw Object.create(null);
      },
      'the token was refused',
    ],
    [
      'a TRPCError',
      () => {
        throw new TRPCError({ code: 'UNAUTHORIZED', message: 'revoked by Ada' });
      },
      'revoked by Ada',
    ],
  ])('may answer with %s', async (_, verify, description) => {
    expect(told(await answerTo(verify))).toEqual(invalid(description));
  });

  test('answers 503 when it cannot tell', async () => {
    const answer = await answerTo(() => {
      throw new TRPCError({ code: 'SERVICE_UNAVAILABLE' });
    });
    expect([
      answer.status,
      answer.headers.get('retry-after'),
      answer.headers.get('www-authenticate'),
    ]).toEqual([503, '5', null]);
    expect(answer.body).toEqual(rpcError(-32_603, 'the token cannot be checked now; try again later', 1));
  });

  test('leaves out what an app without types leaves out', async () => {
    const answer = await answerTo(() => ({ ...good, scopes: undefined as never }));
    expect(told(answer)).toEqual([403, `${challenge}, error="insufficient_scope", scope="notes:read"`]);
  });

  test('takes a resource with and without its last slash', async () => {
    expect((await answerTo(() => ({ ...good, audience: [`${resource}/`] }))).status).toBe(200);
  });
});

test('jwt takes an audience of another name, and scopes from wherever they are', async () => {
  const verify = jwt({
    issuer: server.issuer,
    jwksUri: server.jwksUri,
    audience: ['api://notes', 'api://more'],
    scopes: ({ permissions }) => [...(permissions as string[]), 'notes:read'],
  });
  await using app = await protect({ verify });
  const mine = credential(await server.issue({ aud: ['x', 'api://notes'], permissions: ['notes:write'] }));
  expect((await call(app.mcp, 'modern', 'write', undefined, mine)).status).toBe(200);
  const other = credential(await server.issue({ permissions: [] }));
  expect(told(await call(app.mcp, 'modern', 'read', undefined, other))).toEqual(
    invalid(`the token is not for ${resource}`),
  );
});

test.each([
  ['scp as a string', { scope: undefined, scp: 'notes:read notes:write' }, 200],
  ['scp as a list', { scope: undefined, scp: ['notes:read', 'notes:write'] }, 200],
  ['scopes of another type', { scope: 7 }, 403],
])('jwt reads %s', async (_, more, status) => {
  await using app = await protect();
  const headers = credential(await server.issue(more));
  expect((await call(app.mcp, 'modern', 'write', undefined, headers)).status).toBe(status);
});

test('what is wrong with the options is a set-up error that names all of it', () => {
  const problemsOf = (make: () => unknown) => {
    try {
      make();
      return [];
    } catch (error) {
      return (error as { problems: { code: string }[] }).problems.map(({ code }) => code);
    }
  };
  const verify = () => undefined;
  const fine = { verify, resource, authorizationServers: ['https://login.example.com'] };
  expect(problemsOf(() => bearer(fine))).toEqual([]);
  expect(
    problemsOf(() => bearer({ ...fine, authorizationServers: [new URL('http://127.0.0.1:9/')] })),
  ).toEqual([]);
  expect(
    problemsOf(() =>
      bearer({
        verify,
        resource: '/mcp',
        authorizationServers: ['http://login.example.com', 'login.example.com', 'https://x.example/?a'],
        requiredScopes: ['two words'],
        scopesSupported: ['quo"te'],
        maxTokenLength: 0,
      }),
    ),
  ).toEqual([
    'RESOURCE_INVALID',
    'AUTHORIZATION_SERVER_INVALID',
    'AUTHORIZATION_SERVER_INVALID',
    'AUTHORIZATION_SERVER_INVALID',
    'SCOPE_INVALID',
    'SCOPE_INVALID',
    'MAX_TOKEN_LENGTH_INVALID',
  ]);
  expect(problemsOf(() => bearer({ ...fine, authorizationServers: [] }))).toEqual([
    'AUTHORIZATION_SERVER_INVALID',
  ]);
  expect(
    problemsOf(() => jwt({ issuer: 'x', jwksUri: 'keys.json', algorithms: ['RS256', 'HS256', 'none'] })),
  ).toEqual(['ALGORITHM_INVALID', 'ALGORITHM_INVALID', 'JWKS_URI_INVALID']);
  expect(problemsOf(() => jwt({ issuer: 'x', jwksUri: 'https://x.example/keys', algorithms: [] }))).toEqual([
    'ALGORITHM_INVALID',
  ]);
  const failureLimit = { max: 0, windowMs: 1000 };
  expect(problemsOf(() => mcpHandler(router, { auth: bearer({ ...fine, failureLimit }) }))).toEqual([
    'FAILURE_LIMIT_INVALID',
  ]);
});
