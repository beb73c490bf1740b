import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { SkillsClient } from '@modelcontextprotocol/client/ext/skills';
import { initTRPC, lazy } from '@trpc/server';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../../src/adapters/express.ts';
import { mcpHandler as fetchHandler } from '../../src/adapters/fetch.ts';
import type { HandlerOptions, McpMeta } from '../../src/index.ts';
import { clientKinds, connect, eraOf, protocolErrorOf } from '../clients.ts';
import { ask } from '../in-process.ts';
import { eras, request } from '../messages.ts';
import { serve } from '../server.ts';
import { skills, toSkills } from './folder.ts';

const t = initTRPC.meta<McpMeta>().create();
const router = t.router({
  refund: t.procedure.meta({ mcp: true }).mutation(() => 'refunded'),
  rules: t.procedure.meta({ mcp: { resource: { uri: 'docs://rules' } } }).query(() => 'Be kind.'),
  invoice: t.procedure
    .meta({ mcp: { resource: { uri: 'invoices://{id}' } } })
    .input(z.object({ id: z.string() }))
    .query(({ input }) => input.id),
});
const tools = t.router({ ping: t.procedure.meta({ mcp: true }).query(() => 'pong') });

const policyUri = 'skill://refunds/references/POLICY.md';
const refundsUri = 'skill://refunds/SKILL.md';

function start(options: HandlerOptions = {}) {
  return serve(mcpHandler(router, { skills, ...options }));
}

/** The official client of skills. */
async function connectSkills(url: string, mode: 'auto' | 'legacy' = 'auto') {
  const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode } });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  return { client, skills: new SkillsClient(client), [Symbol.asyncDispose]: () => client.close() };
}

describe.each(['auto', 'legacy'] as const)('the client of skills of the SDK, %s', (mode) => {
  test.each([true, false])(
    'lists, gets, reads and verifies every file, with the fast lane %s',
    async (fastLane) => {
      await using server = await start({ fastLane });
      await using client = await connectSkills(server.mcp, mode);
      expect(client.skills.supported).toBe(true);
      expect(client.skills.directoryRead).toBe(true);
      const { skills: entries, invalid } = await client.skills.list();
      expect(invalid).toEqual([]);
      expect(entries.map(({ uri, frontmatter }) => ({ uri, frontmatter }))).toEqual([
        {
          uri: 'skill://billing/month-end/SKILL.md',
          frontmatter: { name: 'month-end', description: 'Closes the books of a month' },
        },
        {
          uri: refundsUri,
          frontmatter: {
            name: 'refunds',
            description: 'Refunds an invoice by the policy of the company',
            license: 'MIT',
          },
        },
      ]);
      const [monthEnd, refunds] = entries;
      expect((await client.skills.get(refundsUri)).skill).toEqual(refunds);
      const main = await client.skills.read(refunds!);
      expect(main).toMatchObject({
        verified: true,
        mimeType: 'text/markdown',
        text: skills['refunds/SKILL.md'],
      });
      const policy = await client.skills.read(refunds!, 'references/POLICY.md');
      expect(policy).toMatchObject({ verified: true, text: skills['refunds/references/POLICY.md'] });
      const logo = await client.skills.read(refunds!, 'assets/Q&A logo.png');
      expect(logo).toMatchObject({ verified: true, mimeType: 'image/png' });
      expect([...logo.bytes]).toEqual([137, 80, 78, 71, 0, 255]);
      // Its lines end as they do on Windows.
      const closing = await client.skills.read(monthEnd!);
      expect(closing).toMatchObject({ verified: true, text: skills['billing/month-end/SKILL.md'] });
      const { resources } = await client.skills.readDirectory('skill://refunds');
      expect(resources).toEqual([
        {
          uri: refundsUri,
          name: 'SKILL.md',
          mimeType: 'text/markdown',
          size: skills['refunds/SKILL.md'].length,
        },
        { uri: 'skill://refunds/assets', name: 'assets', mimeType: 'inode/directory' },
        { uri: 'skill://refunds/references', name: 'references', mimeType: 'inode/directory' },
      ]);
      const below = await client.skills.readDirectory('skill://refunds/assets');
      expect(below.resources).toEqual([
        {
          uri: 'skill://refunds/assets/Q&A%20logo.png',
          name: 'Q&A logo.png',
          mimeType: 'image/png',
          size: 6,
        },
      ]);
    },
  );
});

describe.each(clientKinds)('client %s', (kind) => {
  test('finds skills among the resources of the app, and reads both', async () => {
    await using server = await start();
    await using client = await connect[kind](server.mcp);
    const listed = await client.listResources();
    expect(listed.map(({ uri }) => uri)).toEqual([
      'docs://rules',
      'skill://billing/month-end/SKILL.md',
      refundsUri,
    ]);
    expect(listed[2]).toEqual({
      uri: refundsUri,
      name: 'refunds',
      description: 'Refunds an invoice by the policy of the company',
      mimeType: 'text/markdown',
      size: skills['refunds/SKILL.md'].length,
    });
    expect((await client.listResourceTemplates()).map(({ uriTemplate }) => uriTemplate)).toEqual([
      'invoices://{id}',
    ]);
    expect(await client.readResource(policyUri)).toEqual([
      { uri: policyUri, mimeType: 'text/markdown', text: skills['refunds/references/POLICY.md'] },
    ]);
    expect(await client.readResource('docs://rules')).toMatchObject([{ text: 'Be kind.' }]);
    expect(await client.readResource('invoices://7')).toMatchObject([{ text: '7' }]);
    expect(await protocolErrorOf(client.readResource('skill://refunds/none.md'))).toEqual({
      code: -32602,
      message: 'Resource not found: skill://refunds/none.md',
      data: { uri: 'skill://refunds/none.md' },
    });
  });

  test('is told of the extension beside the capabilities that the app adds', async () => {
    const server = { name: 'app', version: '1.0.0', capabilities: { extensions: { 'com.example/own': {} } } };
    await using running = await serve(mcpHandler(tools, { skills, server }));
    await using client = await connect[kind](running.mcp);
    const { resources, extensions } = client.capabilities();
    expect({ resources, extensions }).toEqual({
      resources: { subscribe: true, ...(eraOf[kind] === 'modern' && { listChanged: true }) },
      extensions: { 'io.modelcontextprotocol/skills': { directoryRead: true }, 'com.example/own': {} },
    });
  });

  test('reads a skill of an app that has no resources, also in a session', async () => {
    await using server = await serve(mcpHandler(tools, { skills, legacy: 'sessions' }));
    await using client = await connect[kind](server.mcp);
    expect(await client.listResources()).toHaveLength(2);
    expect(await client.readResource(refundsUri)).toMatchObject([{ text: skills['refunds/SKILL.md'] }]);
  });
});

describe.each(eras)('in the era %s', (era) => {
  const answerOf = async (
    options: HandlerOptions,
    method: string,
    params: Record<string, unknown> = {},
  ): Promise<{
    status: number;
    result?: Record<string, unknown>;
    error?: { code: number; message: string };
  }> => {
    await using server = await start(options);
    const { status, body } = await request(server.mcp, era, method, params);
    return { status, ...(body as object) };
  };

  test('a handler without skills has no such methods, and the same capabilities as before', async () => {
    const options = { skills: {} };
    const { error } = await answerOf(options, 'skills/list');
    expect(error).toMatchObject({ code: -32601 });
    expect(await answerOf(options, 'resources/list')).toMatchObject({
      result: { resources: [{ uri: 'docs://rules' }] },
    });
  });

  test.each([
    [
      'skills/get',
      { uri: 'skill://none/SKILL.md' },
      'No skill has this URI, which is that of its SKILL.md: skill://none/SKILL.md',
    ],
    [
      'skills/get',
      { uri: 'skill://refunds' },
      'No skill has this URI, which is that of its SKILL.md: skill://refunds',
    ],
    ['skills/get', { uri: policyUri }, `No skill has this URI, which is that of its SKILL.md: ${policyUri}`],
    ['skills/get', {}, 'Malformed params of skills/get: params.uri is missing'],
    ['skills/get', { uri: 7 }, 'Malformed params of skills/get: params.uri has to be a string, not a number'],
    ['skills/get', { uri: `skill://${'x'.repeat(200)}` }, /^No skill has this URI, .{0,150}…$/],
    ['skills/list', { cursor: 'skill' }, 'Invalid cursor: pass the nextCursor of a page, as it was'],
    [
      'skills/list',
      { cursor: 7 },
      'Malformed params of skills/list: params.cursor has to be a string, not a number',
    ],
    ['resources/directory/read', { uri: refundsUri }, `No folder of a skill has this URI: ${refundsUri}`],
    [
      'resources/directory/read',
      { uri: 'skill://billing' },
      'No folder of a skill has this URI: skill://billing',
    ],
    ['resources/directory/read', { uri: 'docs://rules' }, 'No folder of a skill has this URI: docs://rules'],
    [
      'resources/directory/read',
      { uri: 'skill://refunds', cursor: { toString: null } },
      'Invalid cursor: pass the nextCursor of a page, as it was',
    ],
    [
      'resources/read',
      { uri: 'skill://refunds/references' },
      'Resource not found: skill://refunds/references',
    ],
    [
      'resources/read',
      { uri: 'skill://refunds/../../etc/passwd' },
      'Resource not found: skill://refunds/../../etc/passwd',
    ],
    [
      'resources/read',
      { uri: 'skill://__proto__/SKILL.md' },
      'Resource not found: skill://__proto__/SKILL.md',
    ],
    ['resources/read', { uri: 'skill://[/SKILL.md' }, 'Resource not found: skill://[/SKILL.md'],
  ])('%s of %o says what is wrong', async (method, params, message) => {
    const { error } = await answerOf({}, method, params);
    expect(error).toMatchObject({
      code: -32602,
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    });
  });

  test('a URI may be written in every way that means the same', async () => {
    const { result } = await answerOf({}, 'resources/read', {
      uri: 'skill://refunds/assets/../references/POLICY.md',
    });
    expect(result).toMatchObject({ contents: [{ uri: policyUri }] });
  });

  test('150 skills are listed in two pages, and in one list of resources', async () => {
    const names = Array.from({ length: 150 }, (_, index) => `skill-${String(index).padStart(3, '0')}`);
    const options = { skills: toSkills(...names) };
    const first = await answerOf(options, 'skills/list', { cursor: '' });
    const { skills: head, nextCursor } = first.result!;
    const second = await answerOf(options, 'skills/list', { cursor: nextCursor });
    const { skills: tail, ...rest } = second.result!;
    expect(rest).not.toHaveProperty('nextCursor');
    const listed = [
      ...(head as { frontmatter: { name: string } }[]),
      ...(tail as { frontmatter: { name: string } }[]),
    ];
    expect(listed.map(({ frontmatter }) => frontmatter.name)).toEqual(names);
    expect(head).toHaveLength(100);
    const { result } = await answerOf(options, 'resources/list');
    expect(result!['resources']).toHaveLength(151);
  });

  test('the choice of a URL and a search for tools leave skills as they are', async () => {
    const options = { discovery: 'search' } as const;
    await using server = await start(options);
    for (const query of ['', '?readonly=1', '?toolsets=rules', '?readonly=1&toolsets=rules']) {
      const url = `${server.mcp}${query}`;
      expect((await request(url, era, 'skills/list')).body).toMatchObject({ result: { skills: [{}, {}] } });
      expect((await request(url, era, 'resources/read', { uri: policyUri })).body).toMatchObject({
        result: { contents: [{ uri: policyUri }] },
      });
    }
  });

  test('whoever auth refuses reads no skill', async () => {
    const auth = {
      required: true,
      authenticate: (incoming: Request) =>
        incoming.headers.get('authorization') === 'Bearer ada'
          ? { token: '', clientId: 'ada', scopes: [] }
          : undefined,
    };
    await using server = await start({ auth });
    const asked: [string, Record<string, unknown>][] = [
      ['skills/list', {}],
      ['skills/get', { uri: refundsUri }],
      ['resources/directory/read', { uri: 'skill://refunds' }],
      ['resources/read', { uri: refundsUri }],
      ['resources/list', {}],
    ];
    for (const [method, params] of asked) {
      const refused = await request(server.mcp, era, method, params);
      expect({ method, status: refused.status }).toEqual({ method, status: 401 });
      expect(JSON.stringify(refused.body)).not.toContain('refunds');
      const granted = await request(server.mcp, era, method, params, { authorization: 'Bearer ada' });
      expect({ method, status: granted.status }).toEqual({ method, status: 200 });
      const { ttlMs, cacheScope } = (granted.body as { result: Record<string, unknown> }).result;
      expect({ method, ttlMs, cacheScope }).toEqual({
        method,
        ...(era === 'modern' ? { ttlMs: 300_000, cacheScope: 'private' } : {}),
      });
    }
  });

  test('a request that comes before the skills are prepared waits for them', async () => {
    const slow = t.router({ later: lazy(async () => ({ default: router })) });
    const handler = fetchHandler(slow, { skills });
    const answers = await Promise.all([
      ask(handler, era, 'skills/list', {}),
      ask(handler, era, 'resources/read', { uri: refundsUri }),
    ]);
    expect(answers.map(({ body }) => body)).toMatchObject([
      { result: { skills: [{}, {}] } },
      { result: { contents: [{}] } },
    ]);
    await handler.close();
  });
});

test('shared caches may keep skills where everybody gets the same lists', async () => {
  await using server = await start();
  const asked: [string, Record<string, unknown>][] = [
    ['skills/list', {}],
    ['skills/get', { uri: refundsUri }],
    ['resources/directory/read', { uri: 'skill://refunds' }],
    ['resources/read', { uri: refundsUri }],
  ];
  for (const [method, params] of asked) {
    const { body } = await request(server.mcp, 'modern', method, params);
    expect(body).toMatchObject({ result: { ttlMs: 300_000, cacheScope: 'public', resultType: 'complete' } });
  }
  // What the app makes of its data is not kept.
  const { body } = await request(server.mcp, 'modern', 'resources/read', { uri: 'docs://rules' });
  expect(body).toMatchObject({ result: { ttlMs: 0, cacheScope: 'private' } });
});

test('the fast lane answers a read of a skill as the SDK does', async () => {
  const answers = await Promise.all(
    [true, false].map(async (fastLane) => {
      await using server = await start({ fastLane });
      return await Promise.all(
        eras.map(async (era) => (await request(server.mcp, era, 'resources/read', { uri: refundsUri })).body),
      );
    }),
  );
  expect(answers[0]).toEqual(answers[1]);
});

test('a skill with a mistake is told to ready and to onError, and the others are served', async () => {
  const onError = vi.fn();
  const broken = { ...skills, 'broken/SKILL.md': '# Broken' };
  const handler = fetchHandler(router, { skills: broken, onError });
  await expect(handler.ready()).rejects.toMatchObject({
    problems: [{ code: 'SKILL_INVALID', path: 'skills["broken/SKILL.md"]' }],
  });
  expect(onError).toHaveBeenCalledOnce();
  const { body } = await ask(handler, 'modern', 'skills/list', {});
  expect(body).toMatchObject({ result: { skills: [{}, {}] } });
  const read = await ask(handler, 'modern', 'resources/read', { uri: 'skill://broken/SKILL.md' });
  expect(read.body).toMatchObject({ error: { code: -32602 } });
  await handler.close();
});

test('a client may subscribe to a skill, which never changes', async () => {
  await using server = await start();
  const { body } = await request(server.mcp, 'legacy', 'resources/subscribe', { uri: refundsUri });
  expect(body).toMatchObject({ result: {} });
  const left = await request(server.mcp, 'legacy', 'resources/unsubscribe', { uri: refundsUri });
  expect(left.body).toMatchObject({ result: {} });
});

test('with asTools, a client that lists only tools lists and reads skills too', async () => {
  const handler = fetchHandler(tools, { skills, asTools: true });
  const listed = await ask(handler, 'legacy', 'tools/call', { name: 'list_resources', arguments: {} });
  expect(listed.body).toMatchObject({
    result: {
      structuredContent: { resources: [{ uri: 'skill://billing/month-end/SKILL.md' }, { uri: refundsUri }] },
    },
  });
  const read = await ask(handler, 'legacy', 'tools/call', {
    name: 'read_resource',
    arguments: { uri: policyUri },
  });
  expect(read.body).toMatchObject({
    result: { content: [{ type: 'text', text: skills['refunds/references/POLICY.md'] }] },
  });
});
