import { type AnyTRPCRouter, initTRPC, TRPCError } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import {
  type AuthOptions,
  bearer,
  type HandlerOptions,
  mcpDefaults,
  type McpMeta,
  mcpTool,
} from '../src/index.ts';
import { clientKinds, connect } from './clients.ts';
import { call, eras, request } from './messages.ts';
import { serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create();
const key = 'mcp/www_authenticate';

/** The credential is simply the list of its scopes. */
const auth: AuthOptions = {
  authenticate(incoming) {
    const held = incoming.headers.get('authorization');
    return held === null ? undefined : { token: 'x', clientId: 'ada', scopes: held.split(' ') };
  },
  challenge: 'Bearer realm="app"',
};

interface Listed {
  name: string;
  securitySchemes?: unknown;
  _meta?: Record<string, unknown>;
}

async function listRaw(url: string, era: (typeof eras)[number]): Promise<Listed[]> {
  const { body } = await request(url, era, 'tools/list');
  return (body as { result: { tools: Listed[] } }).result.tools;
}

describe.each(eras)('the list of the %s era', (era) => {
  test.each([true, false])(
    'tells each client what the app has said already; the lane is %s',
    async (fastLane) => {
      const router = t.router({
        close: t.procedure.meta({ mcp: { confirm: true } }).mutation(() => 'closed'),
        find: t.procedure
          .meta({ mcp: { pinned: true, keywords: ['invoice', 'purchase order'] } })
          .query(() => []),
        plain: t.procedure.meta({ mcp: { pinned: false, keywords: [] } }).query(() => 1),
        read: t.procedure.meta({ mcp: { scopes: ['notes:read', 'notes:list'] } }).query(() => 1),
      });
      const own = mcpTool({ name: 'ship', pinned: true, keywords: ['parcel'], run: () => 1 });
      await using server = await serve(mcpHandler(router, { auth, fastLane, tools: [own] }));
      const listed = await listRaw(server.mcp, era);
      const securitySchemes = [{ type: 'oauth2', scopes: ['notes:read', 'notes:list'] }];
      expect(listed.map((tool) => [tool.name, tool.securitySchemes, tool._meta])).toEqual([
        ['close', undefined, { 'anthropic/requiresUserInteraction': true }],
        [
          'find',
          undefined,
          { 'anthropic/alwaysLoad': true, 'anthropic/searchHint': 'invoice purchase order' },
        ],
        ['plain', undefined, undefined],
        ['read', securitySchemes, { securitySchemes, scopes: ['notes:read', 'notes:list'] }],
        ['ship', undefined, { 'anthropic/alwaysLoad': true, 'anthropic/searchHint': 'parcel' }],
      ]);
    },
  );

  describe.each([true, false])('says how callers authenticate; the lane is %s', (fastLane) => {
    const router = t.router({
      plain: t.procedure.meta({ mcp: true }).query(() => 1),
      read: t.procedure.meta({ mcp: { scopes: ['notes:read'] } }).query(() => 1),
    });
    const unscoped = t.router({ plain: router.plain });
    const own = mcpTool({ name: 'ship', run: () => 1 });
    const oauth = bearer({
      resource: 'https://app.example.com/mcp',
      authorizationServers: ['https://login.example.com'],
      verify: () => undefined,
    });
    const listAs = async (options: HandlerOptions, of: AnyTRPCRouter = router) => {
      await using server = await serve(mcpHandler(of, { fastLane, tools: [own], ...options }));
      const listed = await listRaw(server.mcp, era);
      // Clients that read `_meta` alone find the same there.
      expect(listed.map((tool) => tool._meta?.['securitySchemes'])).toEqual(
        listed.map((tool) => tool.securitySchemes),
      );
      return Object.fromEntries(listed.map((tool) => [tool.name, tool.securitySchemes]));
    };
    /** The endpoint lists its tools only to who has a token. */
    const known = { authenticate: () => ({ token: '', clientId: 'c', scopes: ['mcp'] }) };
    const noauth = { type: 'noauth' };
    const oauth2 = (...scopes: string[]) => ({ type: 'oauth2', ...(scopes.length > 0 && { scopes }) });

    test('every tool needs OAuth if the endpoint does, and its scopes are those of both', async () => {
      expect(await listAs({ auth: { ...oauth, ...known } })).toEqual({
        plain: [oauth2()],
        read: [oauth2('notes:read')],
        ship: [oauth2()],
      });
      expect(await listAs({ auth: { ...oauth, ...known, requiredScopes: ['mcp'] } })).toEqual({
        plain: [oauth2('mcp')],
        read: [oauth2('mcp', 'notes:read')],
        ship: [oauth2('mcp')],
      });
    });

    test('a tool without scopes can be called by anybody if the endpoint requires no credential', async () => {
      const open = { ...oauth, required: false };
      expect(await listAs({ auth: open })).toEqual({
        plain: [noauth, oauth2()],
        read: [oauth2('notes:read')],
        ship: [noauth, oauth2()],
      });
      expect(await listAs({ auth: { ...open, requiredScopes: ['mcp'] } })).toEqual({
        plain: [noauth, oauth2('mcp')],
        read: [oauth2('mcp', 'notes:read')],
        ship: [noauth, oauth2('mcp')],
      });
    });

    test('without OAuth, only scopes are told', async () => {
      expect(await listAs({}, unscoped)).toEqual({ plain: undefined, ship: undefined });
      expect(await listAs({ auth: known })).toEqual({
        plain: undefined,
        read: [oauth2('notes:read')],
        ship: undefined,
      });
    });

    test('the tools that find others need what a tool without scopes needs', async () => {
      const open = { auth: { ...oauth, required: false }, discovery: 'search' as const };
      expect(await listAs(open)).toEqual({
        search_tools: [noauth, oauth2()],
        describe_tools: [noauth, oauth2()],
        run_query: [noauth, oauth2()],
        run_mutation: [noauth, oauth2()],
      });
      expect(await listAs({ discovery: 'search' }, unscoped)).toEqual({
        search_tools: undefined,
        describe_tools: undefined,
        run_query: undefined,
        run_mutation: undefined,
      });
    });
  });

  test('what the app writes into _meta itself wins key by key', async () => {
    const securitySchemes = [{ type: 'noauth' }, { type: 'oauth2', scopes: ['a'] }];
    const router = t.router({
      all: t.procedure
        .meta({
          mcp: {
            confirm: true,
            pinned: true,
            keywords: ['one'],
            scopes: ['a'],
            _meta: {
              'anthropic/searchHint': 'two',
              'anthropic/alwaysLoad': undefined,
              'openai/fileParams': [],
              securitySchemes,
              'com.example/team': 'shop',
            },
          },
        })
        .input(z.object({ file: z.file() }))
        .mutation(() => 1),
    });
    await using server = await serve(mcpHandler(router, { auth }));
    const [listed] = await listRaw(server.mcp, era);
    expect(listed).toMatchObject({ securitySchemes });
    expect(listed!._meta).toEqual({
      'anthropic/requiresUserInteraction': true,
      'anthropic/searchHint': 'two',
      'openai/fileParams': [],
      securitySchemes,
      'com.example/team': 'shop',
      scopes: ['a'],
    });
  });

  test('keywords of a base procedure hold until a leaf has its own', async () => {
    const base = t.procedure.use(mcpDefaults({ keywords: ['billing'] }));
    const router = t.router({
      a: base.meta({ mcp: true }).query(() => 1),
      b: base.meta({ mcp: { keywords: ['dunning'] } }).query(() => 1),
    });
    await using server = await serve(mcpHandler(router));
    expect((await listRaw(server.mcp, era)).map((tool) => tool._meta)).toEqual([
      { 'anthropic/searchHint': 'billing' },
      { 'anthropic/searchHint': 'dunning' },
    ]);
  });

  test.each([true, false])('a refusal has its challenge in the body, the lane is %s', async (fastLane) => {
    const router = t.router({
      deny: t.procedure.meta({ mcp: true }).query(() => {
        throw new TRPCError({ code: 'UNAUTHORIZED', message: 'sign in' });
      }),
      forbid: t.procedure.meta({ mcp: true }).query(() => {
        throw new TRPCError({ code: 'FORBIDDEN', message: 'not you' });
      }),
      read: t.procedure.meta({ mcp: { scopes: ['notes:read'] } }).query(() => 1),
    });
    const options = { fastLane, onError: () => {} };
    const requiring = { ...auth, required: true };
    await using strict = await serve(mcpHandler(router, { ...options, auth }));
    await using lenient = await serve(mcpHandler(router, { ...options, auth, return200ForErrors: true }));
    await using closed = await serve(mcpHandler(router, { ...options, auth: requiring }));
    await using closedLenient = await serve(
      mcpHandler(router, { ...options, auth: requiring, return200ForErrors: true }),
    );
    const insufficient = 'Bearer realm="app", error="insufficient_scope", scope="notes:read"';
    for (const [servers, name, authorization, status, challenge] of [
      [[strict, lenient], 'deny', 'x', 401, 'Bearer realm="app"'],
      [[strict, lenient], 'forbid', 'x', 403, undefined],
      [[strict, lenient], 'read', 'x', 403, insufficient],
      [[strict, lenient], 'read', undefined, 401, 'Bearer realm="app"'],
      [[closed, closedLenient], 'read', undefined, 401, 'Bearer realm="app"'],
    ] as const) {
      const headers = authorization === undefined ? undefined : { authorization };
      const refused = await call(servers[0].mcp, era, name, undefined, headers);
      const same = await call(servers[1].mcp, era, name, undefined, headers);
      const { result } = refused.body as { result: { isError: boolean; _meta: Record<string, unknown> } };
      expect([refused.status, same.status, result.isError]).toEqual([status, 200, true]);
      expect(refused.headers.get('www-authenticate')).toBe(challenge ?? null);
      expect(result._meta[key]).toEqual(challenge === undefined ? undefined : [challenge]);
      expect(same.body).toEqual(refused.body);
    }
  });

  test('the challenge in the body is that of an OAuth resource server', async () => {
    const router = t.router({ read: t.procedure.meta({ mcp: { scopes: ['notes:read'] } }).query(() => 1) });
    await using server = await serve(
      mcpHandler(router, {
        auth: bearer({
          resource: 'https://app.example.com/mcp',
          authorizationServers: ['https://login.example.com'],
          verify: () => ({
            clientId: 'c',
            scopes: [],
            audience: ['https://app.example.com/mcp'],
            expiresAt: Date.now() / 1000 + 60,
          }),
        }),
      }),
    );
    const refused = await call(server.mcp, era, 'read', undefined, { authorization: 'Bearer abc' });
    const challenge = refused.headers.get('www-authenticate');
    expect(challenge).toContain('resource_metadata="https://app.example.com/');
    expect(challenge).toContain('error="insufficient_scope", scope="notes:read"');
    expect(refused.body).toMatchObject({ result: { _meta: { [key]: [challenge] } } });
  });
});

describe.each(clientKinds)('the official client %s', (kind) => {
  test('takes a list with hints, and calls a tool whose argument is a file', async () => {
    const router = t.router({
      close: t.procedure
        .meta({ mcp: { confirm: true, pinned: true, keywords: ['end'], scopes: ['a'] } })
        .mutation(() => 'closed'),
      measure: t.procedure
        .meta({ mcp: true })
        .input(z.object({ doc: z.file(), note: z.string().optional() }))
        .mutation(async ({ input: { doc } }) => `${doc.name} ${doc.type} ${await doc.text()}`),
    });
    await using server = await serve(mcpHandler(router, { auth }));
    await using client = await connect[kind](server.mcp, { authorization: 'a' });
    const [close, measure] = await client.listTools();
    expect(close).toMatchObject({
      name: 'close',
      _meta: {
        'anthropic/requiresUserInteraction': true,
        'anthropic/alwaysLoad': true,
        'anthropic/searchHint': 'end',
        securitySchemes: [{ type: 'oauth2', scopes: ['a'] }],
      },
    });
    expect(measure).toMatchObject({ _meta: { 'openai/fileParams': ['doc'] } });
    const data = btoa('hello');
    const seen = 'a.txt text/plain hello';
    for (const doc of [
      { name: 'a.txt', mimeType: 'text/plain', data },
      { file_name: 'a.txt', mime_type: 'text/plain', data },
      { name: 'a.txt', file_name: 'b.txt', mime_type: 'text/plain', data },
    ]) {
      const { content } = await client.callTool({ name: 'measure', arguments: { doc } });
      expect(content).toEqual([{ type: 'text', text: seen }]);
    }
  });
});

test.each(eras)('a file that is only named by a URL is refused in words, in the %s era', async (era) => {
  let calls = 0;
  const router = t.router({
    measure: t.procedure
      .meta({ mcp: true })
      .input(z.object({ doc: z.file() }))
      .mutation(() => ++calls),
  });
  const uploaded = {
    download_url: 'https://files.example.com/1',
    file_id: 'file_1',
    mime_type: 'text/plain',
    file_name: 'a.txt',
    uri: 'sediment://file_1',
    file_size_bytes: 5,
  };
  const text =
    'BAD_REQUEST: the arguments are not valid\n' +
    'doc: this server does not download files; send the file itself, as { "name"?, "mimeType"?, "data": base64 }, and not where it is';
  for (const options of [{}, { unknownArguments: 'pass', repair: false }] as const) {
    await using server = await serve(mcpHandler(router, options));
    for (const doc of [uploaded, ...('repair' in options ? [] : ['https://files.example.com/1'])]) {
      const { body } = await call(server.mcp, era, 'measure', { doc });
      expect(body).toMatchObject({ result: { isError: true, content: [{ text }] } });
    }
  }
  expect(calls).toBe(0);
});
