import { initTRPC, TRPCError } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { mcpHandler } from '../../src/adapters/express.ts';
import { type AuthOptions, bypassable, getMcpCall, type McpMeta } from '../../src/index.ts';
import { clientKinds, connect, toolError, toolValue } from '../clients.ts';
import { eras, headersOf, request, rpcError, toMessage } from '../messages.ts';
import { serve } from '../server.ts';

/** The layers that can refuse. Each has its own tool, and checks the same credentials. */
const layers = ['endpoint', 'createContext', 'middleware', 'resolver'] as const;
type Layer = (typeof layers)[number];

const credentials = {
  no: undefined,
  bad: 'Bearer forged',
  weak: 'Bearer bob',
  good: 'Bearer ada',
} as const;
type Credential = keyof typeof credentials;

const bypasses = {
  none: undefined,
  authentication: { authentication: true },
  permissions: { permissions: true },
  both: { authentication: true, permissions: true },
} as const;

const challenge = 'Bearer realm="app"';
/** Said over HTTP, after the gate's own words. */
const advice = 'send a token in the header "Authorization: Bearer <token>"';

/** The expected status and message, or the name of the user that the procedure saw. */
const table: [Layer, keyof typeof bypasses, Record<Credential, string>][] = [
  // `auth` runs first, and a bypass never skips createContext or resolvers.
  ...(['none', 'authentication', 'permissions', 'both'] as const).flatMap(
    (bypass): [Layer, keyof typeof bypasses, Record<Credential, string>][] => [
      [
        'endpoint',
        bypass,
        {
          no: '401 this endpoint needs a credential',
          bad: '401 unknown token',
          weak: '403 admins only',
          good: '200 ada',
        },
      ],
      [
        'createContext',
        bypass,
        { no: '401 sign in', bad: '401 unknown token', weak: '403 admins only', good: '200 ada' },
      ],
      [
        'resolver',
        bypass,
        { no: '401 sign in', bad: '401 unknown token', weak: '403 admins only', good: '200 ada' },
      ],
    ],
  ),
  // A bypass skips marked middleware: the one that signs in, the one that requires an admin, or both.
  [
    'middleware',
    'none',
    { no: '401 sign in', bad: '401 unknown token', weak: '403 admins only', good: '200 ada' },
  ],
  [
    'middleware',
    'authentication',
    { no: '403 admins only', bad: '403 admins only', weak: '403 admins only', good: '403 admins only' },
  ],
  [
    'middleware',
    'permissions',
    { no: '401 sign in', bad: '401 unknown token', weak: '200 bob', good: '200 ada' },
  ],
  ['middleware', 'both', { no: '200 gateway', bad: '200 gateway', weak: '200 gateway', good: '200 gateway' }],
];

interface User {
  name: string;
  isAdmin: boolean;
}

function signIn(authorization: string | undefined): User {
  if (authorization === undefined) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'sign in' });
  const name = authorization.replace('Bearer ', '');
  if (name === 'forged') throw new TRPCError({ code: 'UNAUTHORIZED', message: 'unknown token' });
  return { name, isAdmin: name === 'ada' };
}

function admit(user: User): User {
  if (user.isAdmin) return user;
  throw new TRPCError({ code: 'FORBIDDEN', message: 'admins only' });
}

function createHandler(
  layer: Layer,
  bypass: keyof typeof bypasses,
  return200ForErrors: boolean,
  judged: 'every method' | 'calls' = 'every method',
  fastLane = true,
) {
  const t = initTRPC.context<{ authorization: string | undefined }>().meta<McpMeta>().create();
  const tool = t.procedure.meta({ mcp: true });
  const authenticated = t.middleware(({ ctx, next }) => next({ ctx: { user: signIn(ctx.authorization) } }));
  const fromGateway = t.middleware(({ next }) =>
    next({ ctx: { user: { name: getMcpCall()!.auth!.clientId, isAdmin: false } } }),
  );
  const router = t.router({
    endpoint: tool.query(({ ctx }) => signIn(ctx.authorization).name),
    createContext: tool.query(({ ctx }) => signIn(ctx.authorization).name),
    middleware: tool
      .use(bypassable('authentication', authenticated, fromGateway))
      .use(
        bypassable('permissions', async (options) => {
          admit(options.ctx.user);
          return options.next();
        }),
      )
      .query(({ ctx }) => ctx.user.name),
    resolver: tool.query(({ ctx }) => admit(signIn(ctx.authorization)).name),
  });
  const own: AuthOptions = {
    challenge,
    required: judged === 'every method',
    authenticate(incoming) {
      const authorization = incoming.headers.get('authorization');
      if (authorization === null) return undefined;
      const { name, isAdmin } = signIn(authorization);
      return { token: name, clientId: name, scopes: isAdmin ? ['admin'] : [] };
    },
    authorize: ({ auth, method }) => {
      if (judged === 'calls' && method !== 'tools/call') return true;
      if (!auth) return 'this endpoint needs a credential';
      return auth.scopes.includes('admin') || 'admins only';
    },
  };
  const gateway: AuthOptions = {
    challenge,
    required: true,
    authenticate: () => ({ token: 'x', clientId: 'gateway', scopes: [] }),
  };
  return mcpHandler(router, {
    createContext({ req, mcp }) {
      const { authorization } = req.headers;
      if (mcp.tool?.path === 'createContext') admit(signIn(authorization));
      return { authorization };
    },
    server: { name: 'app', version: '1.0.0' },
    auth: layer === 'endpoint' ? own : gateway,
    ...(bypasses[bypass] && { bypass: bypasses[bypass] }),
    return200ForErrors,
    onError: () => undefined,
    fastLane,
  });
}

function split(outcome: string): { status: number; words: string } {
  return { status: Number(outcome.slice(0, 3)), words: outcome.slice(4) };
}

const codes = { 401: ['UNAUTHORIZED', -32_001], 403: ['FORBIDDEN', -32_003] } as const;

function textOf(outcome: string): string {
  const { status, words } = split(outcome);
  if (status === 401) return `UNAUTHORIZED: ${words} (WWW-Authenticate: ${challenge})`;
  return `FORBIDDEN: ${words}`;
}

/** The whole result of a call. */
function resultOf(layer: Layer, outcome: string, era: (typeof eras)[number]): unknown {
  const { status, words } = split(outcome);
  const serverInfo = { 'io.modelcontextprotocol/serverInfo': { name: 'app', version: '1.0.0' } };
  const stamp = era === 'modern' ? { resultType: 'complete' } : {};
  const stamped = era === 'modern' ? serverInfo : {};
  if (status !== 401 && status !== 403) {
    const structuredContent = era === 'modern' ? words : { result: words };
    const content = [{ type: 'text', text: words }];
    return { ...stamp, content, structuredContent, ...(era === 'modern' && { _meta: stamped }) };
  }
  const [code, number] = codes[status];
  const data = { code, httpStatus: status, path: layer };
  const own =
    layer === 'endpoint'
      ? { code, httpStatus: status }
      : { ...data, shape: { message: words, code: number, data } };
  return {
    ...stamp,
    content: [{ type: 'text', text: textOf(outcome) }],
    isError: true,
    _meta: { ...own, ...(status === 401 && { 'mcp/www_authenticate': [challenge] }), ...stamped },
  };
}

async function fetchCall(url: string, era: (typeof eras)[number], name: string, authorization?: string) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headersOf(era, 'tools/call', { name }),
      ...(authorization !== undefined && { authorization }),
    },
    body: JSON.stringify(toMessage(era, 'tools/call', { name })),
  });
  return { response, bytes: await response.text() };
}

/** Leaves out what differs from call to call, and the challenge. */
function commonHeaders({ headers }: Response): [string, string][] {
  return [...headers].filter(([name]) => name !== 'date' && name !== 'www-authenticate');
}

describe.each([
  [eras[0], true],
  [eras[0], false],
  [eras[1], true],
  [eras[1], false],
] as const)('over HTTP in the %s era, with the fast lane: %s', (era, fastLane) => {
  test.each(table)('the %s answers with bypass of %s as promised', async (layer, bypass, outcomes) => {
    await using strict = await serve(createHandler(layer, bypass, false, 'every method', fastLane));
    await using lenient = await serve(createHandler(layer, bypass, true, 'every method', fastLane));
    for (const credential of Object.keys(credentials) as Credential[]) {
      const isGate = layer === 'endpoint' && credential === 'no';
      const outcome = isGate ? `${outcomes[credential]}; ${advice}` : outcomes[credential];
      const { status } = split(outcome);
      const plain = await fetchCall(strict.mcp, era, layer, credentials[credential]);
      const same = await fetchCall(lenient.mcp, era, layer, credentials[credential]);
      const seen = {
        status: plain.response.status,
        challenge: plain.response.headers.get('www-authenticate'),
        body: JSON.parse(plain.bytes) as unknown,
      };
      expect(seen, credential).toEqual({
        status,
        challenge: status === 401 ? challenge : null,
        body: { jsonrpc: '2.0', id: 1, result: resultOf(layer, outcome, era) },
      });
      expect([same.response.status, same.response.headers.get('www-authenticate')]).toEqual([200, null]);
      expect(same.bytes, 'the same bytes with return200ForErrors').toBe(plain.bytes);
      expect(commonHeaders(same.response)).toEqual(commonHeaders(plain.response));
    }
  });

  test.each(['tools/list', ...(era === 'modern' ? ['server/discover'] : ['initialize', 'ping'])])(
    'the endpoint refuses %s by a JSON-RPC error in the same words',
    async (method) => {
      await using strict = await serve(createHandler('endpoint', 'none', false, 'every method', fastLane));
      await using lenient = await serve(createHandler('endpoint', 'none', true, 'every method', fastLane));
      const params =
        method === 'initialize'
          ? { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } }
          : {};
      for (const [credential, outcome] of [
        ['no', `401 this endpoint needs a credential; ${advice}`],
        ['bad', '401 unknown token'],
        ['weak', '403 admins only'],
      ] as const) {
        const authorization = credentials[credential];
        const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
        const refused = await request(strict.mcp, era, method, params, headers);
        const same = await request(lenient.mcp, era, method, params, headers);
        const { status } = split(outcome);
        expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
          status,
          status === 401 ? challenge : null,
        ]);
        expect(refused.body).toEqual(rpcError(-32_600, textOf(outcome), 1));
        expect([same.status, same.headers.get('www-authenticate'), same.body]).toEqual([
          200,
          null,
          refused.body,
        ]);
      }
      const { status, body } = await request(strict.mcp, era, method, params, {
        authorization: credentials.good,
      });
      expect([status, Object.keys(body as object).toSorted()]).toEqual([200, ['id', 'jsonrpc', 'result']]);
    },
  );
});

describe.each(clientKinds)('a client of kind %s', (kind) => {
  test.each(table)(
    'returns the tool error of the %s with bypass of %s where errors have status 200',
    async (layer, bypass, outcomes) => {
      await using server = await serve(createHandler(layer, bypass, true, 'calls'));
      // The client reads the headers again for each request.
      const headers: Record<string, string> = { authorization: credentials.good };
      await using client = await connect[kind](server.mcp, headers);
      for (const credential of Object.keys(credentials) as Credential[]) {
        delete headers['authorization'];
        const authorization = credentials[credential];
        if (authorization !== undefined) headers['authorization'] = authorization;
        const outcome = outcomes[credential];
        const { status, words } = split(outcome);
        const value = kind === '2025-11-25' ? { result: words } : words;
        expect(await client.callTool({ name: layer }), credential).toEqual(
          status === 200
            ? { ...toolValue(value), content: [{ type: 'text', text: words }] }
            : toolError(textOf(outcome)),
        );
      }
    },
  );
});
