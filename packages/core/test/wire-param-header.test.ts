import { initTRPC } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import type { AuthOptions, McpMeta } from '../src/index.ts';
import { clientKinds, connect, eraOf, toolValue } from './clients.ts';
import { call, eras } from './messages.ts';
import { serve } from './server.ts';

const t = initTRPC.context<{ user?: string }>().meta<McpMeta>().create({ isDev: false });
const input = z.object({
  region: z.string().meta({ 'x-mcp-header': 'Region' }),
  count: z.int().optional().meta({ 'x-mcp-header': 'Count' }),
  dry: z.boolean().optional().meta({ 'x-mcp-header': 'Dry-Run' }),
  where: z.object({ zip: z.string().optional().meta({ 'x-mcp-header': 'Zip' }) }).optional(),
  other: z.string().optional(),
});
const router = t.router({
  find: t.procedure
    .meta({ mcp: true })
    .input(input)
    .query(({ input: given }) => given),
  plain: t.procedure.meta({ mcp: true }).query(() => 1),
});
const createContext = () => ({});

describe.each(clientKinds)('a client of kind %s', (kind) => {
  test.each([
    { region: 'eu' },
    { region: 'eu', count: 5, dry: false, where: { zip: '1010' }, other: 'x' },
    { region: 'Zürich 🏔' },
    { region: ' padded ' },
    { region: '=?base64?eA==?=' },
    { region: '' },
    { region: 'eu', count: -1 },
  ])('sends arguments as headers by itself where its revision has them: %j', async (args) => {
    const headers: Record<string, unknown>[] = [];
    await using server = await serve(mcpHandler(router, { createContext }), (req, _res, next) => {
      const sent = Object.entries(req.headers).filter(([name]) => name.startsWith('mcp-param-'));
      if (sent.length > 0) headers.push(Object.fromEntries(sent));
      next();
    });
    await using client = await connect[kind](server.mcp);
    const [listed] = await client.listTools();
    expect(listed).toMatchObject({ inputSchema: { properties: { region: { 'x-mcp-header': 'Region' } } } });
    expect(await client.callTool({ name: 'find', arguments: args })).toEqual(toolValue(args));
    expect(headers).toHaveLength(eraOf[kind] === 'modern' ? 1 : 0);
    expect(await client.callTool({ name: 'plain' })).toMatchObject({ isError: undefined });
  });
});

const mismatch = (message: string) => ({
  status: 400,
  body: { jsonrpc: '2.0', id: 1, error: { code: -32_020, message } },
});

describe.each([true, false])('with the lane: %s', (fastLane) => {
  test.each<[string, Record<string, unknown>, Record<string, string>, string]>([
    [
      'is missing',
      { region: 'eu' },
      {},
      'the argument region has to be sent as the header mcp-param-region too',
    ],
    [
      'says something else',
      { region: 'eu' },
      { 'mcp-param-region': 'us' },
      'the header mcp-param-region says something else than the argument region',
    ],
    [
      'says it in other letters',
      { region: 'eu' },
      { 'mcp-param-region': 'EU' },
      'the header mcp-param-region says something else than the argument region',
    ],
    [
      'is there without its argument',
      { region: 'eu', where: {} },
      { 'mcp-param-region': 'eu', 'mcp-param-zip': '1010' },
      'the header mcp-param-zip is there, and the argument where.zip is not',
    ],
    [
      'is there for null',
      { region: 'eu', count: null },
      { 'mcp-param-region': 'eu', 'mcp-param-count': 'null' },
      'the header mcp-param-count is there, and the argument count is not',
    ],
    [
      'is no Base64',
      { region: 'eu' },
      { 'mcp-param-region': '=?base64?%%?=' },
      'the header mcp-param-region is not valid Base64',
    ],
    [
      'is Base64 without its padding',
      { region: 'e' },
      { 'mcp-param-region': '=?base64?ZQ?=' },
      'the header mcp-param-region is not valid Base64',
    ],
    [
      'is Base64 of no text',
      { region: 'eu' },
      { 'mcp-param-region': '=?base64?/w==?=' },
      'the header mcp-param-region is not valid Base64',
    ],
    [
      'is another number',
      { region: 'eu', count: 5 },
      { 'mcp-param-region': 'eu', 'mcp-param-count': '6' },
      'the header mcp-param-count says something else than the argument count',
    ],
  ])('a call whose header %s is refused', async (_, args, headers, message) => {
    await using server = await serve(mcpHandler(router, { createContext, fastLane }));
    const { status, body } = await call(server.mcp, 'modern', 'find', args, headers);
    expect({ status, body }).toEqual(mismatch(message));
  });

  test.each<[Record<string, unknown>, Record<string, string>]>([
    [{ region: 'eu' }, { 'Mcp-Param-REGION': 'eu' }],
    [{ region: 'e' }, { 'mcp-param-region': '=?base64?ZQ==?=' }],
    [
      { region: 'eu', count: 5, dry: true },
      { 'mcp-param-region': 'eu', 'mcp-param-count': '5.0', 'mcp-param-dry-run': 'true' },
    ],
  ])('a call whose headers agree is answered: %j', async (args, headers) => {
    await using server = await serve(mcpHandler(router, { createContext, fastLane }));
    expect((await call(server.mcp, 'modern', 'find', args, headers)).body).toMatchObject({
      result: { structuredContent: args },
    });
  });

  test('a client of 2025 sends no headers, and whatever it sends means nothing', async () => {
    await using server = await serve(mcpHandler(router, { createContext, fastLane }));
    const args = { region: 'eu' };
    for (const headers of [{}, { 'mcp-param-region': 'us' }] as Record<string, string>[])
      expect((await call(server.mcp, 'legacy', 'find', args, headers)).body).toMatchObject({
        result: { structuredContent: args },
      });
  });

  test('a hidden tool and a missing one are the same, whatever the headers say', async () => {
    const hidden = t.router({
      open: t.procedure.meta({ mcp: true }).query(() => 1),
      secret: t.procedure
        .meta({ mcp: { visible: ({ user }: { user?: string }) => user === 'ada' } })
        .input(input)
        .query(() => 'psst'),
    });
    await using server = await serve(
      mcpHandler(hidden, {
        fastLane,
        createContext: ({ req }) => (req.headers.authorization ? { user: req.headers.authorization } : {}),
      }),
    );
    for (const headers of [{}, { 'mcp-param-region': 'us' }] as Record<string, string>[]) {
      const [one, other] = [
        await call(server.mcp, 'modern', 'secret', { region: 'eu' }, headers),
        await call(server.mcp, 'modern', 'nobody', { region: 'eu' }, headers),
      ];
      const told = ({ status, body }: typeof one, name: string) => [
        status,
        JSON.stringify(body).replaceAll(name, '<name>'),
      ];
      expect(told(one, 'secret')).toEqual(told(other, 'nobody'));
      const ada = { ...headers, authorization: 'ada' };
      expect((await call(server.mcp, 'modern', 'secret', { region: 'eu' }, ada)).status).toBe(400);
    }
  });

  test('who is not let in is told that, and not what the headers lack', async () => {
    const auth: AuthOptions = { authenticate: () => undefined, required: true };
    await using server = await serve(mcpHandler(router, { createContext, fastLane, auth }));
    expect((await call(server.mcp, 'modern', 'find', { region: 'eu' })).status).toBe(401);
  });
});

test.each(eras)('without marked arguments such headers mean nothing in the %s era', async (era) => {
  const bare = t.router({ it: t.procedure.meta({ mcp: true }).query(() => 1) });
  await using server = await serve(mcpHandler(bare, { createContext }));
  expect((await call(server.mcp, era, 'it', {}, { 'mcp-param-region': 'eu' })).status).toBe(200);
});
