import { validate } from '@readme/openapi-parser';
import createClient from 'openapi-fetch';
import openapiTS, { astToString } from 'openapi-typescript';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AnyTRPCRouter } from '@trpc/server';
import { createExpressMiddleware } from '@trpc/server/adapters/express';
import { mcpHandler } from '@trpc-mcp/core/express';
import express from 'express';
import superjson from 'superjson';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { OpenApi } from '../src/export/openapi.ts';
import { createApp, notesApp } from './app.ts';
import { run } from './run.ts';

const valuesApp = (transformer: '' | 'superjson' | 'own') => `
import { initTRPC, TRPCError } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
${transformer === 'superjson' ? `import superjson from 'superjson';` : ''}
${transformer === 'own' ? `const own = { serialize: (value: unknown) => [JSON.stringify(value)], deserialize: (value: unknown) => JSON.parse((value as string[])[0]!) };` : ''}
import { z } from 'zod';

const t = initTRPC.meta<McpMeta>().create(${transformer === '' ? '' : `{ transformer: ${transformer} }`});
interface Tree { name: string; children: Tree[] }
const tree: z.ZodType<Tree> = z.lazy(() => z.object({ name: z.string(), children: z.array(tree) })).meta({ id: 'Tree' });

export const appRouter = t.router({
  notes: t.router({
    get: t.procedure.meta({ mcp: { description: 'Reads a note.' } })
      .input(z.object({ id: z.number(), word: z.string().optional() }))
      .output(z.object({ id: z.number(), text: z.string(), tag: z.string().optional() }))
      .query(({ input }) => {
        if (input.id > 9) throw new TRPCError({ code: 'NOT_FOUND', message: 'There is no such note.' });
        return { id: input.id, text: \`note \${input.word ?? ''}\`, tag: undefined };
      }),
    find: t.procedure.meta({ mcp: true }).input(z.string()).output(z.array(z.string())).query(({ input }) => [input]),
    add: t.procedure.meta({ mcp: { scopes: ['notes:write'] } }).input(z.object({ 'tags[]': z.array(z.string()) }))
      .output(z.number()).mutation(({ input }) => input['tags[]'].length),
    since: t.procedure.meta({ mcp: true }).input(z.object({ since: z.date(), limit: z.bigint().optional() }))
      .output(z.object({ at: z.date() })).query(({ input }) => ({ at: input.since })),
    byTag: t.procedure.meta({ mcp: true }).input(z.object({ of: z.map(z.string(), z.number()) }))
      .output(z.map(z.string(), z.number())).query(({ input }) => input.of),
    clear: t.procedure.meta({ mcp: true }).mutation(() => undefined),
    maybe: t.procedure.meta({ mcp: true }).input(z.object({ all: z.boolean() }).optional()).mutation(({ input }) => input?.all ?? 'nothing'),
    tree: t.procedure.meta({ mcp: true }).input(tree).output(tree).mutation(({ input }) => input),
    watch: t.procedure.meta({ mcp: true }).subscription(async function* () { yield 1; }),
  }),
});
`;

async function exportOpenApi(cwd: string, ...args: string[]): Promise<OpenApi> {
  const ran = await run(['export', 'src/router.ts', '--openapi', ...args], { cwd });
  expect(ran.stderr).toBe('');
  expect(ran.code).toBe(0);
  const document = JSON.parse(ran.stdout) as OpenApi;
  await expect(validate(structuredClone(document) as never)).resolves.toMatchObject({ valid: true });
  return document;
}

async function serve(file: string): Promise<string> {
  const { appRouter } = (await import(pathToFileURL(file).href)) as { appRouter: AnyTRPCRouter };
  const app = express();
  app.use('/api/trpc', createExpressMiddleware({ router: appRouter }));
  app.use('/mcp', mcpHandler(appRouter, { auth: { authenticate: () => undefined } }));
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The JSON of a query's input in its URL, as the document says. */
const querySerializer = (query: Record<string, unknown>) =>
  Object.entries(query)
    .map(([key, value]) => `${key}=${encodeURIComponent(JSON.stringify(value))}`)
    .join('&');

// The paths are those of a document that is made in the test.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Loose = any;

test('a generated client calls the tRPC endpoint by the OpenAPI document, in plain JSON', async () => {
  const cwd = createApp({ 'src/router.ts': valuesApp('') });
  const url = await serve(join(cwd, 'src/router.ts'));
  const document = await exportOpenApi(cwd, '--server', url, '--path', '/api/trpc');
  const types = astToString(await openapiTS(document as never));
  expect(types).toContain('"/api/trpc/notes.get"');
  const client = createClient<Loose>({ baseUrl: document.servers[0]!.url, querySerializer });
  const get = await client.GET('/api/trpc/notes.get', {
    params: { query: { input: { id: 1, word: 'a&b' } } },
  });
  expect(get.data).toEqual({ result: { data: { id: 1, text: 'note a&b' } } });
  const missing = await client.GET('/api/trpc/notes.get', { params: { query: { input: { id: 10 } } } });
  expect(missing.error).toMatchObject({
    error: { message: 'There is no such note.', data: { code: 'NOT_FOUND' } },
  });
  const find = await client.GET('/api/trpc/notes.find', { params: { query: { input: 'milk' } } });
  expect(find.data).toEqual({ result: { data: ['milk'] } });
  const add = await client.POST('/api/trpc/notes.add', { body: { 'tags[]': ['a', 'b'] } });
  expect(add.data).toEqual({ result: { data: 2 } });
  expect((await client.POST('/api/trpc/notes.clear', { body: {} })).data).toEqual({ result: {} });
  expect((await client.POST('/api/trpc/notes.maybe', { body: { all: true } })).data).toEqual({
    result: { data: true },
  });
  const tree = { name: 'a', children: [{ name: 'b', children: [] }] };
  expect((await client.POST('/api/trpc/notes.tree', { body: tree })).data).toEqual({
    result: { data: tree },
  });
});

test('says which procedures cannot be called in plain JSON, and describes the others whole', async () => {
  const cwd = createApp({ 'src/router.ts': valuesApp('') });
  const { paths, components, tags } = await exportOpenApi(cwd);
  const unclear = Object.entries(paths).flatMap(([path, { get, post }]) =>
    'x-not-described' in (get ?? post)! ? [path] : [],
  );
  expect(unclear).toEqual(['/trpc/notes.byTag', '/trpc/notes.since']);
  expect(paths['/trpc/notes.since']).toMatchObject({
    get: {
      description: expect.stringContaining('JSON has no form for the Date at since, the bigint at limit'),
    },
  });
  expect(paths['/trpc/notes.add']).toEqual({
    post: {
      operationId: 'notes_add',
      summary: expect.any(String),
      description: expect.any(String),
      tags: ['notes'],
      security: [{ credential: ['notes:write'] }],
      requestBody: {
        required: true,
        content: { 'application/json': { schema: expect.objectContaining({ required: ['tags[]'] }) } },
      },
      responses: {
        '200': {
          description: 'What it returns.',
          content: {
            'application/json': {
              schema: {
                type: 'object',
                properties: {
                  result: { type: 'object', properties: { data: { type: 'number' } }, required: ['data'] },
                },
                required: ['result'],
              },
            },
          },
        },
        default: { $ref: '#/components/responses/Error' },
      },
    },
  });
  expect(Object.keys(components['securitySchemes']!)).toEqual(['credential']);
  expect(tags).toEqual([{ name: 'notes' }]);
});

test('a generated client calls a tRPC endpoint with superjson, dates included', async () => {
  const cwd = createApp({ 'src/router.ts': valuesApp('superjson') });
  const url = await serve(join(cwd, 'src/router.ts'));
  const document = await exportOpenApi(cwd, '--server', url, '--path', 'api/trpc/');
  const client = createClient<Loose>({ baseUrl: url, querySerializer });
  const get = await client.GET('/api/trpc/notes.get', { params: { query: { input: { json: { id: 1 } } } } });
  // superjson writes null for the tag that is undefined.
  expect(get.data).toMatchObject({ result: { data: { json: { id: 1, text: 'note ', tag: null } } } });
  const at = '2026-01-31T09:00:00.000Z';
  const input = { json: { since: at }, meta: { values: { since: ['Date'] } } };
  const since = await client.GET('/api/trpc/notes.since', { params: { query: { input } } });
  expect(since.data).toMatchObject({ result: { data: { json: { at } } } });
  const whole = superjson.serialize({ of: new Map([['a', 1]]) });
  const byTag = await client.GET('/api/trpc/notes.byTag', { params: { query: { input: whole } } });
  expect(byTag.data).toMatchObject({ result: { data: { json: [['a', 1]] } } });
  const missing = await client.GET('/api/trpc/notes.get', {
    params: { query: { input: { json: { id: 10 } } } },
  });
  expect(missing.error).toMatchObject({ error: { json: { message: 'There is no such note.' } } });
  expect((await client.POST('/api/trpc/notes.clear', { body: {} })).data).toMatchObject({ result: {} });
  expect(document.paths['/api/trpc/notes.since']).toMatchObject({
    get: {
      description: expect.stringContaining('superjson has to be told of the Date at since'),
      parameters: [
        {
          content: {
            'application/json': {
              schema: {
                properties: {
                  meta: { description: expect.stringContaining('since: ["Date"], limit: ["bigint"]') },
                },
              },
            },
          },
        },
      ],
    },
  });
  expect(
    Object.entries(document.paths).flatMap(([path, item]) =>
      JSON.stringify(item).includes('x-not-described') ? [path] : [],
    ),
  ).toEqual(['/api/trpc/notes.byTag']);
});

test('says of a transformer that it does not know that it does not know it', async () => {
  const cwd = createApp({ 'src/router.ts': valuesApp('own') });
  const { info, paths } = await exportOpenApi(cwd);
  expect(info.description).toContain('a transformer of the app, which this page does not know');
  expect(paths['/trpc/notes.get']!['get']).toHaveProperty('x-not-described', true);
});

test('describes the tools of an endpoint, by a document whose client calls them', async () => {
  const cwd = createApp({ 'src/router.ts': valuesApp('') });
  const url = await serve(join(cwd, 'src/router.ts'));
  const ran = await run(['export', `${url}/mcp`, '--openapi'], { cwd });
  const document = JSON.parse(ran.stdout) as OpenApi;
  await expect(validate(structuredClone(document) as never)).resolves.toMatchObject({ valid: true });
  expect(document.info.description).toMatch(/^This page describes the tools of an MCP server/);
  const client = createClient<Loose>({ baseUrl: document.servers[0]!.url });
  const body = {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'notes_get', arguments: { id: 1 } },
  };
  const { data } = await client.POST('/mcp#notes_get', { body });
  expect(data).toMatchObject({ id: 1, result: { structuredContent: { id: 1, text: 'note ' } } });
});

test('writes the lists in the same order each time, to a file', async () => {
  const cwd = createApp(notesApp);
  const ran = await run(['export', 'src/router.ts', '--mcp-json', '-o', 'mcp.json'], { cwd });
  expect(ran).toEqual({ code: 0, stdout: '', stderr: 'Wrote mcp.json.\n' });
  const text = readFileSync(join(cwd, 'mcp.json'), 'utf8');
  const { tools, ...rest } = JSON.parse(text) as Record<string, { name: string }[]>;
  expect(tools!.map(({ name }) => name)).toEqual([
    'notes_add',
    'notes_list',
    'notes_picture',
    'notes_remove',
    'notes_rename',
  ]);
  expect(rest).toMatchObject({
    server: { name: 'acme', version: '1.2.3' },
    resources: [],
    resourceTemplates: [{ uriTemplate: 'notes://{id}' }],
    prompts: [{ name: 'review' }],
  });
  const again = await run(['export', 'src/router.ts', '--mcp-json'], { cwd });
  expect(again.stdout).toBe(text);
});

test('writes llms.txt: a title, a summary, how to connect, and the tools by area', async () => {
  const cwd = createApp({
    ...notesApp,
    'trpc-mcp.config.ts': `export default { target: 'src/router.ts', options: { server: { name: 'notes', version: '1.0.0', title: 'Acme notes', instructions: '# Be kind' } } };`,
    'package.json': JSON.stringify({ name: 'acme', type: 'module', description: 'Notes of a team.' }),
  });
  const { stdout, code } = await run(['export', '--llms-txt', '--url', 'https://app.example.com/mcp'], {
    cwd,
  });
  expect(code).toBe(0);
  expect(stdout).toBe(`# Acme notes

> Notes of a team.

\\# Be kind

## Connect

- [MCP endpoint](https://app.example.com/mcp): streamable HTTP. In Claude Code: \`claude mcp add --transport http example https://app.example.com/mcp\`

## Tools: notes

- **notes_add** (text, tags?, at?): Adds a note.
- **notes_list**: Lists the notes of the signed-in user.
- **notes_picture**: Draws a note.
- **notes_remove** (id): Removes a note.
- **notes_rename**: Asks for a new name.

## Resources

- **notes_read** (\`notes://{id}\`): ${/notes_read.*?: (.*)/.exec(stdout)?.[1]}

## Prompts

- **review** (tone): ${/review.*?: (.*)/.exec(stdout)?.[1]}
`);
});

test('wants one format, and says what is wrong with a command line', async () => {
  const cwd = createApp(notesApp);
  const none = await run(['export', 'src/router.ts'], { cwd });
  expect(none).toEqual({
    code: 2,
    stdout: '',
    stderr: 'error: No format was given\nGive one of --openapi, --mcp-json, --server-json, --llms-txt.\n',
  });
  const two = await run(['export', 'src/router.ts', '--openapi', '--llms-txt', '--json'], { cwd });
  expect(JSON.parse(two.stdout)).toEqual({
    error: {
      message: '--openapi and --llms-txt are 2 formats, and one run writes one',
      fix: 'Give one of --openapi, --mcp-json, --server-json, --llms-txt.',
      code: 2,
    },
  });
  const server = await run(['export', 'src/router.ts', '--openapi', '--server', 'app.example.com'], { cwd });
  expect(server).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--server app.example.com is no URL'),
  });
  const folder = await run(['export', 'src/router.ts', '--mcp-json', '-o', 'none/x.json'], { cwd });
  expect(folder).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('none/x.json could not be written'),
  });
  expect(existsSync(join(cwd, 'none'))).toBe(false);
});

test('writes descriptions into llms.txt as text, and refuses a path that is none', async () => {
  const cwd = createApp({
    'src/router.ts': valuesApp('').replace(
      'Reads a note.',
      String.raw`Reads *a* [note](https:x)\u001b[31m <b>now</b>\n# \u0007my_id. More.`,
    ),
  });
  const { stdout } = await run(['export', 'src/router.ts', '--llms-txt'], { cwd });
  expect(stdout).toContain(
    String.raw`- **notes_get** (id, word?): Reads \*a\* \[note\](https:x) \<b\>now\</b\> # my_id.`,
  );
  const path = await run(['export', 'src/router.ts', '--openapi', '--path', 'https://a.example.com/trpc'], {
    cwd,
  });
  expect(path).toMatchObject({ code: 2, stderr: expect.stringContaining('is no path') });
});
