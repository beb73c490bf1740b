import { initTRPC, TRPCError } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import { createCatalog, listedIn } from '../src/catalog/catalog.ts';
import { checkTools } from '../src/clients/clients.ts';
import {
  type AuthOptions,
  getMcpCall,
  type HandlerOptions,
  type McpMeta,
  mcpPrompt,
  mcpResource,
  mcpTool,
} from '../src/index.ts';
import { describeCatalog } from '../src/testing/catalog.ts';
import { createMcpTestClient, expectCatalog } from '../src/testing/testing.ts';
import { clientKinds, connect, toolError, toolValue } from './clients.ts';
import { call, eras, request } from './messages.ts';
import { serve } from './server.ts';

interface Context {
  user: string | undefined;
}

const t = initTRPC.context<Context>().meta<McpMeta>().create();
const onlyAda = { visible: ({ user }: Context) => user === 'ada', toolset: 'secret' };
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

function makeRouter() {
  const ran: string[] = [];
  const logged = t.procedure.use(({ path, next }) => {
    ran.push(`${getMcpCall()?.method} ${path}`);
    return next();
  });
  const router = t.router({
    ping: logged.meta({ mcp: true }).query(() => 'pong'),
    rules: logged
      .meta({
        mcp: {
          description: 'What we promise.',
          resource: { uri: 'docs://rules', mimeType: 'text/markdown' },
        },
      })
      .query(() => '# Rules'),
    customer: logged
      .meta({ mcp: { description: 'A customer.', resource: { uri: 'customers://{id}', list: 'customers' } } })
      .input(z.object({ id: z.int() }))
      .query(({ input }) => {
        if (input.id > 2) throw new TRPCError({ code: 'NOT_FOUND', message: `no customer ${input.id}` });
        return { id: input.id };
      }),
    customers: logged.input(z.object({ cursor: z.string().default('1') })).query(({ input }) => ({
      items: [{ id: Number(input.cursor), name: `Customer ${input.cursor}` }],
      nextCursor: input.cursor === '1' ? '2' : undefined,
    })),
    logo: logged
      .meta({ mcp: { resource: { uri: 'files://logo' } } })
      .query(() => new Blob([png], { type: 'image/png' })),
    archive: logged
      .meta({ mcp: { resource: { uri: 'files://archive' } } })
      .query(() => new Blob([Uint8Array.of(0, 255)], { type: 'application/zip' })),
    table: logged
      .meta({ mcp: { resource: { uri: 'files://table' } } })
      .query(() => new File(['id\n1'], 'table.csv', { type: 'text/csv' })),
    denied: logged.meta({ mcp: { resource: { uri: 'docs://denied' } } }).query(() => {
      throw new TRPCError({ code: 'FORBIDDEN', message: 'not yours' });
    }),
    login: logged.meta({ mcp: { resource: { uri: 'docs://login' } } }).query(() => {
      throw new TRPCError({ code: 'UNAUTHORIZED', message: 'log in' });
    }),
    broken: logged.meta({ mcp: { resource: { uri: 'docs://broken' } } }).query(() => {
      throw new Error('the password is hunter2');
    }),
    vault: logged.meta({ mcp: { ...onlyAda, resource: { uri: 'docs://vault' } } }).query(() => 'gold'),
    review: logged
      .meta({ mcp: { description: 'Reviews a text.', prompt: true } })
      .input(z.object({ author: z.string().describe('Whose'), words: z.number().optional() }))
      .query(({ input }) => `Review ${input.author} in ${input.words ?? 200} words.`),
    interview: logged.meta({ mcp: { prompt: true } }).query(() => ({
      messages: [
        { role: 'user', content: 'Interview me.' },
        {
          role: 'assistant',
          content: { type: 'image', data: png.toString('base64'), mimeType: 'image/png' },
        },
      ],
    })),
    conspiracy: logged.meta({ mcp: { ...onlyAda, prompt: true } }).query(() => 'Whisper.'),
  });
  return { router, ran };
}

type Router = ReturnType<typeof makeRouter>['router'];

async function start(options: Partial<HandlerOptions<Router>> = {}) {
  const { router, ran } = makeRouter();
  const server = await serve(
    mcpHandler(router, {
      asTools: true,
      onError: () => {},
      createContext: ({ req }) => ({ user: req.headers['x-user']?.toString() }),
      ...options,
    }),
  );
  return { mcp: server.mcp, ran, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

interface ToolResult {
  isError?: boolean;
  content: { type: string; text: string; resource?: unknown }[];
  structuredContent?: Record<string, unknown>;
}

async function callFor(url: string, name: string, args?: unknown, headers: Record<string, string> = {}) {
  const { status, body, headers: answered } = await call(url, 'modern', name, args, headers);
  const { result } = body as { result: ToolResult };
  return { status, result, text: result.content[0]?.text, challenge: answered.get('www-authenticate') };
}

const three = ['get_prompt', 'list_resources', 'read_resource'];

describe.each(clientKinds)('a client of kind %s', (kind) => {
  test('lists and reads resources with tools, as it does with methods', async () => {
    await using server = await start();
    await using client = await connect[kind](server.mcp);
    const listed = await client.listTools();
    expect(listed.map(({ name }) => name)).toEqual(['get_prompt', 'list_resources', 'ping', 'read_resource']);
    for (const tool of listed) expect(tool['annotations']).toEqual({ readOnlyHint: true });
    const uris: unknown[] = [];
    let cursor: string | undefined;
    do {
      const page = await client.callTool({ name: 'list_resources', arguments: cursor ? { cursor } : {} });
      const { resources, nextCursor, resourceTemplates } = page.structuredContent as {
        resources: { uri: string }[];
        resourceTemplates?: object[];
        nextCursor?: string;
      };
      expect(page).toEqual(toolValue(page.structuredContent));
      if (!cursor)
        expect(resourceTemplates).toEqual([
          {
            uriTemplate: 'customers://{id}',
            name: 'customer',
            title: 'Customer',
            description: 'A customer.',
          },
        ]);
      uris.push(...resources.map(({ uri }) => uri));
      cursor = nextCursor;
    } while (cursor);
    expect(uris).toEqual((await client.listResources()).map(({ uri }) => uri));
    expect(uris).toContain('customers://2');
    expect(uris).not.toContain('docs://vault');
    const readings: Record<string, unknown> = {
      'docs://rules': { type: 'text', text: '# Rules' },
      'customers://1': { type: 'text', text: '{"id":1}' },
      'files://logo': { type: 'image', mimeType: 'image/png', data: png.toString('base64') },
      'files://archive': {
        type: 'resource',
        resource: { uri: 'files://archive', mimeType: 'application/zip', blob: 'AP8=' },
      },
      'files://table': {
        type: 'resource',
        resource: { uri: 'files://table', mimeType: 'text/csv', text: 'id\n1' },
      },
    };
    for (const [uri, block] of Object.entries(readings)) {
      expect(await client.callTool({ name: 'read_resource', arguments: { uri } })).toEqual({
        content: [block],
        structuredContent: undefined,
        isError: undefined,
      });
    }
    expect(await client.callTool({ name: 'read_resource', arguments: { uri: 'customers://7' } })).toEqual(
      toolError(expect.stringContaining('NOT_FOUND: no customer 7')),
    );
    expect(await client.callTool({ name: 'read_resource', arguments: { uri: 'docs://nothing' } })).toEqual(
      toolError('NOT_FOUND: there is no resource "docs://nothing". list_resources lists them.'),
    );
  });

  test('lists and gets prompts with a tool, as it does with methods', async () => {
    await using server = await start();
    await using client = await connect[kind](server.mcp);
    const tool = (await client.listTools()).find(({ name }) => name === 'get_prompt')!;
    expect(tool['description']).toMatch(/\n\nPrompts: interview\(\), review\(author, words\?\)$/);
    const all = await client.callTool({ name: 'get_prompt' });
    expect(all).toEqual(
      toolValue({
        prompts: (await client.listPrompts()).map(({ name, title, description, arguments: args }) => ({
          name,
          title,
          description,
          ...(args !== undefined && { arguments: args }),
        })),
      }),
    );
    const got = { name: 'review', arguments: { author: 'Ada', words: 5 } };
    expect((await client.callTool({ name: 'get_prompt', arguments: got })).content).toEqual([
      { type: 'text', text: 'Review Ada in 5 words.' },
    ]);
    const asText = { name: 'review', arguments: '{"author":"Ada","words":"5"}' };
    expect((await client.callTool({ name: 'get_prompt', arguments: asText })).content).toEqual([
      { type: 'text', text: 'Review Ada in 5 words.' },
    ]);
    expect((await client.callTool({ name: 'get_prompt', arguments: { name: 'interview' } })).content).toEqual(
      [
        { type: 'text', text: 'user:\nInterview me.' },
        { type: 'text', text: 'assistant:' },
        { type: 'image', data: png.toString('base64'), mimeType: 'image/png' },
      ],
    );
    const wrong = await client.callTool({ name: 'get_prompt', arguments: { name: 'review' } });
    expect(wrong).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(/^BAD_REQUEST.*author/s) as string }],
    });
    expect(await client.callTool({ name: 'get_prompt', arguments: { name: 'nothing' } })).toEqual(
      toolError('NOT_FOUND: there is no prompt "nothing". get_prompt without a name lists them.'),
    );
  });
});

describe.each(eras)('in the %s era', (era) => {
  test('the fast lane and the SDK give the same answers', async () => {
    await using fast = await start();
    await using slow = await start({ fastLane: false });
    const calls: [string, unknown][] = [
      ['list_resources', undefined],
      ['list_resources', { cursor: '' }],
      ['list_resources', { cursor: 'nonsense' }],
      ['list_resources', { page: 2 }],
      ['read_resource', { uri: 'docs://rules' }],
      ['read_resource', { uri: 'customers://1' }],
      ['read_resource', { uri: 'files://archive' }],
      ['read_resource', { uri: 'docs://denied' }],
      ['read_resource', { uri: 'docs://login' }],
      ['read_resource', { uri: 'docs://vault' }],
      ['read_resource', { uri: 1 }],
      ['read_resource', {}],
      ['get_prompt', {}],
      ['get_prompt', { name: 'review', arguments: { author: 'Ada' } }],
      ['get_prompt', { name: 'review', arguments: { writer: 'Ada' } }],
      ['get_prompt', { name: 'conspiracy' }],
      ['get_prompt', { name: 'review', arguments: [1] }],
    ];
    for (const [name, args] of calls) {
      for (const user of ['ada', 'bob']) {
        const [one, other] = await Promise.all(
          [fast, slow].map((server) => call(server.mcp, era, name, args, { 'x-user': user })),
        );
        expect({ status: one!.status, body: one!.body }, `${name} ${JSON.stringify(args)}`).toEqual({
          status: other!.status,
          body: other!.body,
        });
        expect(one!.headers.get('www-authenticate')).toBe(other!.headers.get('www-authenticate'));
      }
    }
    expect(fast.ran).toEqual(slow.ran);
  });

  test('what is hidden is answered as what is missing', async () => {
    await using server = await start();
    const ask = async (name: string, args: unknown, user = 'bob') => {
      const { status, body } = await call(server.mcp, era, name, args, { 'x-user': user });
      return JSON.stringify({ status, body });
    };
    expect(await ask('read_resource', { uri: 'docs://vault' })).toBe(
      (await ask('read_resource', { uri: 'docs://wault' })).replace('wault', 'vault'),
    );
    expect(await ask('get_prompt', { name: 'conspiracy' })).toBe(
      (await ask('get_prompt', { name: 'consternacy' })).replace('consternacy', 'conspiracy'),
    );
    const lists = (await ask('list_resources', {})) + (await ask('get_prompt', {}));
    expect(lists).not.toMatch(/vault|conspiracy/);
    expect(await ask('list_resources', {}, 'ada')).toContain('docs://vault');
    expect(await ask('get_prompt', {}, 'ada')).toContain('conspiracy');
    expect(await ask('read_resource', { uri: 'docs://vault' }, 'ada')).toContain('gold');
    expect(server.ran.filter((each) => /vault|conspiracy/.test(each))).toEqual(['resources/read vault']);
    const { body } = await request(server.mcp, era, 'tools/list');
    expect(JSON.stringify(body)).not.toMatch(/vault|conspiracy/);
  });

  test('a refusal has the status of a refused call, and the model reads it', async () => {
    await using server = await start();
    const denied = await call(server.mcp, era, 'read_resource', { uri: 'docs://denied' });
    expect([denied.status, denied.body]).toMatchObject([
      403,
      {
        result: {
          isError: true,
          content: [{ text: expect.stringContaining('FORBIDDEN: not yours') as string }],
        },
      },
    ]);
    const login = await call(server.mcp, era, 'read_resource', { uri: 'docs://login' });
    expect(login.status).toBe(401);
    expect(login.headers.get('www-authenticate')).toBe('Bearer');
    const broken = await call(server.mcp, era, 'read_resource', { uri: 'docs://broken' });
    expect(broken.status).toBe(200);
    expect(JSON.stringify(broken.body)).not.toContain('hunter2');
    await using polite = await start({ return200ForErrors: 'forbidden' });
    expect((await call(polite.mcp, era, 'read_resource', { uri: 'docs://denied' })).status).toBe(200);
    expect((await call(polite.mcp, era, 'read_resource', { uri: 'docs://login' })).status).toBe(401);
  });
});

test('the procedures run as they do for the methods, with the same method in the call', async () => {
  await using server = await start();
  await call(server.mcp, 'modern', 'read_resource', { uri: 'docs://rules' });
  await call(server.mcp, 'modern', 'get_prompt', { name: 'interview' });
  await call(server.mcp, 'modern', 'list_resources', {});
  expect(server.ran).toEqual(['resources/read rules', 'prompts/get interview', 'resources/list customers']);
});

test('auth.authorize is asked about the tool and about each method that it stands in for', async () => {
  const asked: string[] = [];
  const auth: AuthOptions = {
    authenticate: () => ({ token: '', clientId: 'ada', scopes: [] }),
    authorize: ({ method, tool }) => {
      asked.push(tool === undefined ? method : `${method} ${tool}`);
      return method !== 'resources/read' || 'no reading here';
    },
  };
  await using server = await start({ auth });
  expect(await callFor(server.mcp, 'read_resource', { uri: 'docs://rules' })).toMatchObject({
    status: 403,
    result: { isError: true },
    text: 'FORBIDDEN: no reading here',
  });
  await call(server.mcp, 'legacy', 'list_resources');
  await call(server.mcp, 'legacy', 'get_prompt');
  await call(server.mcp, 'legacy', 'get_prompt', { name: 'interview' });
  await call(server.mcp, 'legacy', 'ping');
  expect(asked).toEqual([
    'tools/call read_resource',
    'resources/read',
    'tools/call list_resources',
    'resources/list',
    'resources/templates/list',
    'tools/call get_prompt',
    'prompts/list',
    'tools/call get_prompt',
    'prompts/get',
    'tools/call ping',
  ]);
  expect(server.ran).not.toContain('resources/read rules');
});

test('a tool of the app with one of the names is asked about as a tool alone while the option is off', async () => {
  const asked: string[] = [];
  const own = mcpTool({ name: 'read_resource', run: () => 'own' });
  const auth: AuthOptions = {
    authenticate: () => undefined,
    authorize: ({ method }) => asked.push(method) > 0,
  };
  await using server = await start({ auth, asTools: { prompts: true }, tools: [own] });
  expect((await callFor(server.mcp, 'read_resource', {})).text).toBe('own');
  expect(asked).toEqual(['tools/call']);
});

test('a missing scope is asked for, as for a tool', async () => {
  const router = t.router({
    secret: t.procedure
      .meta({ mcp: { scopes: ['secrets'], resource: { uri: 'docs://secret' } } })
      .query(() => 'gold'),
    plan: t.procedure.meta({ mcp: { scopes: ['plans'], prompt: true } }).query(() => 'Plan.'),
  });
  const metadata = {
    resource: 'https://app.example.com/mcp',
    authorization_servers: ['https://login.example.com'],
  };
  const auth: AuthOptions = {
    authenticate: (each) => ({
      token: '',
      clientId: 'ada',
      scopes: (each.headers.get('x-scopes') ?? '').split(' '),
    }),
    metadata,
  };
  await using server = await serve(
    mcpHandler(router, { auth, asTools: true, createContext: () => ({ user: 'ada' }) }),
  );
  for (const [name, args, scope] of [
    ['read_resource', { uri: 'docs://secret' }, 'secrets'],
    ['get_prompt', { name: 'plan' }, 'plans'],
  ] as const) {
    const refused = await callFor(server.mcp, name, args);
    expect(refused.status).toBe(403);
    expect(refused.challenge).toBe(`Bearer error="insufficient_scope", scope="${scope}"`);
    expect((await callFor(server.mcp, name, args, { 'x-scopes': scope })).result.isError).toBeUndefined();
  }
  const { body } = await request(server.mcp, 'modern', 'tools/list');
  const { tools } = (body as { result: { tools: { securitySchemes: unknown }[] } }).result;
  for (const { securitySchemes } of tools)
    expect(securitySchemes).toEqual([{ type: 'noauth' }, { type: 'oauth2' }]);
});

test('with listing permitted, the lists hold what this caller may use, and the description names nothing guarded', async () => {
  const members = t.procedure.use(({ ctx, next }) => {
    if (ctx.user === undefined) throw new TRPCError({ code: 'FORBIDDEN' });
    return next();
  });
  const router = t.router({
    open: t.procedure.meta({ mcp: { prompt: true } }).query(() => ''),
    club: members.meta({ mcp: { prompt: true } }).query(() => ''),
    about: t.procedure.meta({ mcp: { resource: { uri: 'docs://about' } } }).query(() => ''),
    minutes: members.meta({ mcp: { resource: { uri: 'docs://minutes' } } }).query(() => ''),
  });
  await using server = await serve(
    mcpHandler(router, {
      asTools: true,
      listing: 'permitted',
      createContext: ({ req }) => ({ user: req.headers['x-user']?.toString() }),
    }),
  );
  const namesFor = async (headers: Record<string, string>) => {
    const [prompts, resources] = await Promise.all(
      ['get_prompt', 'list_resources'].map((name) => callFor(server.mcp, name, {}, headers)),
    );
    return `${prompts!.text} ${resources!.text}`;
  };
  expect(await namesFor({})).not.toMatch(/club|minutes/);
  expect(await namesFor({})).toMatch(/open.*docs:\/\/about/);
  expect(await namesFor({ 'x-user': 'ada' })).toMatch(/club.*docs:\/\/minutes/);
  const { body } = await request(server.mcp, 'modern', 'tools/list');
  expect(JSON.stringify(body)).not.toMatch(/club|minutes/);
});

test('there are only tools for what there is, and only those that are asked for', async () => {
  const resource = mcpResource({ name: 'about', uri: 'docs://about', run: () => 'about' });
  const prompt = mcpPrompt({ name: 'plan', run: () => 'Plan.' });
  const namesOf = async (options: HandlerOptions) => {
    await using client = createMcpTestClient(t.router({}), { ctx: { user: '' }, tools: [], ...options });
    return (await client.listTools()).map(({ name }) => name);
  };
  const both = { resources: [resource], prompts: [prompt] };
  expect(await namesOf(both)).toEqual([]);
  expect(await namesOf({ ...both, asTools: true })).toEqual(three);
  expect(await namesOf({ ...both, asTools: { resources: true } })).toEqual(three.slice(1));
  expect(await namesOf({ ...both, asTools: { prompts: true, resources: false } })).toEqual(['get_prompt']);
  expect(await namesOf({ ...both, asTools: false })).toEqual([]);
  expect(await namesOf({ resources: [resource], asTools: true })).toEqual(three.slice(1));
  expect(await namesOf({ prompts: [prompt], asTools: true })).toEqual(['get_prompt']);
  await using client = createMcpTestClient(t.router({}), {
    ctx: { user: '' },
    asTools: true,
    prompts: [prompt],
  });
  await expect(client.callTool('read_resource', { uri: 'docs://about' })).rejects.toThrow(
    'Unknown tool: read_resource',
  );
});

test('skills are listed and read as the resources that they are', async () => {
  const text = '---\nname: refunds\ndescription: How to refund\n---\nSee notes.md.';
  const skills = { 'refunds/SKILL.md': text, 'refunds/notes.md': 'Be quick.' };
  const router = t.router({ hello: t.procedure.meta({ mcp: true }).query(() => 'hello') });
  await using client = createMcpTestClient(router, { ctx: { user: '' }, asTools: true, skills });
  expect(await client.callTool('list_resources', {})).toMatchObject({
    json: { resources: [{ uri: 'skill://refunds/SKILL.md', description: 'How to refund' }] },
  });
  const read = (path: string) => client.callTool('read_resource', { uri: `skill://${path}` });
  expect(await read('refunds/SKILL.md')).toMatchObject({ content: [{ type: 'text', text }] });
  expect(await read('refunds/notes.md')).toMatchObject({ content: [{ type: 'text', text: 'Be quick.' }] });
  expect(await read('refunds')).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } });
});

test('a tool of the app with one of the names is a set-up problem', () => {
  const router = t.router({
    a: t.router({ b: t.procedure.meta({ mcp: { name: 'read_resource' } }).query(() => 1) }),
  });
  const make = (asTools: HandlerOptions['asTools']) => () =>
    mcpHandler(router, { createContext: () => ({ user: '' }), ...(asTools !== undefined && { asTools }) });
  expect(make(true)).toThrow(
    'a.b: "read_resource" is the name of a tool that the option asTools adds; set mcp.name on a.b [NAME_CLASH]',
  );
  expect(make({ resources: true })).toThrow('NAME_CLASH');
  expect(make({ prompts: true })).not.toThrow();
  expect(make(undefined)).not.toThrow();
});

test('values of a wrong kind are set-up problems', () => {
  const { router } = makeRouter();
  const make = (asTools: unknown) => () =>
    mcpHandler(router, { createContext: () => ({ user: '' }), asTools: asTools as boolean });
  for (const wrong of ['yes', 1, null, ['resources'], { resources: 'yes' }])
    expect(make(wrong)).toThrow(
      /asTools: it has to be true, false or \{ resources, prompts \}.*\[OPTION_INVALID\]/,
    );
  expect(make({ resource: true })).toThrow(
    'asTools.resource: it is not an option; did you mean resources? [OPTION_UNKNOWN]',
  );
});

test('toolsets and readonly in the URL choose what there is to list', async () => {
  await using server = await start();
  const namesAt = async (query: string) => {
    const { body } = await request(`${server.mcp}?${query}`, 'modern', 'tools/list');
    return (body as { result: { tools: { name: string }[] } }).result.tools.map(({ name }) => name);
  };
  expect(await namesAt('readonly=1')).toEqual(['get_prompt', 'list_resources', 'ping', 'read_resource']);
  expect(await namesAt('toolsets=ping')).toEqual(['ping']);
  expect(await namesAt('toolsets=rules,ping')).toEqual(['list_resources', 'ping', 'read_resource']);
  const read = (uri: string) => callFor(`${server.mcp}?toolsets=rules`, 'read_resource', { uri });
  expect((await read('docs://rules')).text).toBe('# Rules');
  expect((await read('files://archive')).text).toContain('NOT_FOUND: there is no resource');
});

test('with a search, they are listed beside the tools to search with, and are called by themselves', async () => {
  await using server = await start({ discovery: 'search' });
  const { body } = await request(server.mcp, 'modern', 'tools/list');
  const { tools } = (body as { result: { tools: { name: string }[] } }).result;
  expect(tools.map(({ name }) => name)).toEqual(
    ['describe_tools', ...three, 'run_query', 'search_tools'].toSorted(),
  );
  const inner = { name: 'read_resource', arguments: { uri: 'docs://rules' } };
  expect((await callFor(server.mcp, 'run_query', { calls: [inner] })).text).toBe(
    'BAD_REQUEST: read_resource is called by itself, and not through run_query',
  );
  expect((await callFor(server.mcp, inner.name, inner.arguments)).text).toBe('# Rules');
});

test('a list takes a point of the limit, and a read takes those that it takes by its method', async () => {
  const rateLimit = { points: 2, durationMs: 60_000 };
  for (const calls of [
    [['list_resources'], ['list_resources']],
    [['get_prompt'], ['get_prompt']],
    [
      ['read_resource', { uri: 'docs://rules' }],
      ['get_prompt', { name: 'interview' }],
    ],
  ] as [string, object?][][]) {
    await using server = await start({ rateLimit });
    for (const [name, args] of calls)
      expect((await callFor(server.mcp, name, args)).result.isError).toBeUndefined();
    const limited = await callFor(server.mcp, ...calls[0]!);
    expect(limited.text).toMatch(/^TOO_MANY_REQUESTS: more than 2 calls in 60 s/);
  }
});

test.each(['modern', 'legacy'] as const)(
  'a resource that asks a question is asked through its tool, in the %s era',
  async (era) => {
    const router = t.router({
      report: t.procedure.meta({ mcp: { resource: { uri: 'docs://report' } } }).query(async () => {
        const answer = await getMcpCall()!.ask({
          message: 'Of which year?',
          schema: z.object({ year: z.number() }),
        });
        return `Report of ${answer.action === 'accept' && answer.content.year}`;
      }),
    });
    const options = { asTools: true, era, ctx: { user: 'ada' }, legacy: 'sessions' } as const;
    await using client = createMcpTestClient(router, {
      ...options,
      onElicit: () => ({ action: 'accept', content: { year: 2025 } }),
    });
    expect(await client.callTool('read_resource', { uri: 'docs://report' })).toMatchObject({
      ok: true,
      content: [{ type: 'text', text: 'Report of 2025' }],
    });
  },
);

test('they suit every client, and cost few tokens', async () => {
  const { router } = makeRouter();
  const source = createCatalog(router, { asTools: true });
  const listed = listedIn(source.current!).filter(({ name }) => three.includes(name));
  expect(listed).toHaveLength(3);
  const findings = checkTools(listed.map((tool) => tool.listed.modern));
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  const alone = t.router({
    rules: t.procedure.meta({ mcp: { resource: { uri: 'docs://rules' } } }).query(() => ''),
  });
  await expectCatalog(alone, { asTools: true }).toSuit(['claude-code', 'cursor', 'openai'], {
    maxTokens: 250,
  });
  await expect(expectCatalog(alone, { asTools: true }).toSuit(['cursor'], { maxTokens: 10 })).rejects.toThrow(
    'read_resource',
  );
});

test('the contract and the description of a router name them', async () => {
  const router = t.router({
    rules: t.procedure.meta({ mcp: { resource: { uri: 'docs://rules' } } }).query(() => ''),
  });
  const { contract, standIns, tools } = await describeCatalog(router, { asTools: true });
  expect(tools).toEqual([]);
  expect(standIns.map(({ name }) => name)).toEqual(['list_resources', 'read_resource']);
  expect(Object.keys(contract.tools)).toEqual(['list_resources', 'read_resource']);
  expect(contract.tools['read_resource']).toMatchObject({
    path: '',
    scopes: [],
    annotations: { readOnlyHint: true },
  });
  expect((await describeCatalog(router)).contract.tools).toEqual({});
});
