import { initTRPC } from '@trpc/server';
import { expect, test } from 'vitest';
import { mcpHandler } from '../../src/adapters/fetch.ts';
import { type AiCatalogOptions, aiCatalogHandler, type McpMeta } from '../../src/index.ts';

const t = initTRPC.meta<McpMeta>().create();
const router = t.router({ ping: t.procedure.meta({ mcp: true }).query(() => 'pong') });

function makeServer(name: string, path: string) {
  return mcpHandler(router, {
    server: { name, version: '1.0.0', description: 'Answers.' },
    card: { url: `https://api.example.com${path}` },
  });
}

async function read(handler: ReturnType<typeof aiCatalogHandler>): Promise<unknown> {
  return handler(new Request('https://api.example.com/.well-known/ai-catalog.json?x=1')).json();
}

test('a catalog names several servers, who runs the host, and what else there is', async () => {
  const servers = [
    makeServer('com.example.api/billing', '/billing/mcp/'),
    makeServer('io.github.ada/notes_2.x', '/notes'),
  ];
  const entry = {
    identifier: 'urn:air:example.com:a2a:helper',
    type: 'application/a2a-agent-card+json',
    url: 'https://example.com/agent',
    tags: ['help'],
  };
  const host = { displayName: 'Example' };
  expect(await read(aiCatalogHandler(servers, { host, entries: [entry] }))).toEqual({
    specVersion: '1.0',
    host,
    entries: [
      {
        identifier: 'urn:air:api.example.com:mcp:billing',
        type: 'application/mcp-server-card+json',
        url: 'https://api.example.com/billing/mcp/server-card',
      },
      {
        identifier: 'urn:air:ada.github.io:mcp:notes_2.x',
        type: 'application/mcp-server-card+json',
        url: 'https://api.example.com/notes/server-card',
      },
      entry,
    ],
  });
  expect(await read(aiCatalogHandler([]))).toEqual({ specVersion: '1.0', entries: [] });
});

test('what clients could not read is a set-up error', () => {
  const one = makeServer('com.example/notes', '/notes');
  const make =
    (options: unknown, servers: unknown = one) =>
    () =>
      aiCatalogHandler(servers as never, options as AiCatalogOptions);
  expect(make({}, [one, makeServer('com.example/notes', '/other')])).toThrow(
    'there are two entries "urn:air:example.com:mcp:notes"; give each server a card.name of its own [CATALOG_INVALID]',
  );
  const entry = { identifier: 'a', type: 'b', url: 'https://example.com/c' };
  expect(make({ entries: [entry, { ...entry, version: '2' }] })).not.toThrow();
  expect(make({ entries: [entry, entry] })).toThrow('CATALOG_INVALID');
  for (const wrong of [
    {},
    { ...entry, url: undefined },
    { ...entry, data: {} },
    { ...entry, identifier: '' },
    { ...entry, url: '/c' },
    null,
    'a',
  ])
    expect(make({ entries: [wrong] })).toThrow('aiCatalogHandler.entries[0]');
  expect(make({ entries: {} })).toThrow('aiCatalogHandler.entries: it has to be a list of entries');
  for (const host of ['Example', {}, { displayName: '' }, { displayName: 'a', logoUrl: 1 }])
    expect(make({ host })).toThrow('aiCatalogHandler.host');
  expect(make({ host: { displayName: 'a', name: 'b' } })).toThrow(
    'aiCatalogHandler.host.name: it is not an option',
  );
  expect(make({ entrys: [] })).toThrow('aiCatalogHandler.entrys: it is not an option; did you mean entries?');
  expect(make({}, [one, { card: undefined }])).toThrow('aiCatalogHandler.servers[1]');
});

test('options that are none, a second server in their place, and what only looks like a server are set-up errors', () => {
  const one = makeServer('com.example/notes', '/notes');
  const make = (servers: unknown, options: unknown) => () =>
    aiCatalogHandler(servers as never, options as AiCatalogOptions);
  for (const wrong of [null, 'Example', makeServer('com.example/other', '/other'), []])
    expect(make(one, wrong)).toThrow(
      'aiCatalogHandler.options: they have to be { host, entries }; pass several handlers as a list [CATALOG_INVALID]',
    );
  for (const card of [true, 'notes', {}, { name: 'com.example/notes', url: 'https://example.com/notes' }])
    expect(make({ card }, {})).toThrow('aiCatalogHandler.servers[0]: this is not a handler with a card');
});

test('an entry that is not the same as JSON is a set-up error', async () => {
  const circular: Record<string, unknown> = {};
  circular['self'] = circular;
  const make = (entry: Record<string, unknown>) => () =>
    aiCatalogHandler([], { entries: [{ identifier: 'a', type: 'b', ...entry }] });
  for (const wrong of [
    { data: 1n },
    { data: circular },
    { data: () => 'a' },
    { url: 'https://example.com/c', version: 1n },
  ])
    expect(make(wrong)).toThrow(
      'aiCatalogHandler.entries[0]: it cannot be written as JSON [CATALOG_INVALID]',
    );
  expect(await read(make({ data: null })())).toMatchObject({ entries: [{ data: null }] });
});

test('what is undefined of the host is left out', async () => {
  const host = { displayName: 'Example', logoUrl: undefined } as never;
  expect(await read(aiCatalogHandler([], { host }))).toEqual({
    specVersion: '1.0',
    host: { displayName: 'Example' },
    entries: [],
  });
});

test('on a fetch host it takes no notice of a second argument', () => {
  const handler = aiCatalogHandler(makeServer('com.example/notes', '/notes')) as (
    ...args: unknown[]
  ) => Response;
  const request = new Request('https://api.example.com/.well-known/ai-catalog.json');
  expect(handler(request, { params: {} }).status).toBe(200);
});

test('on Express it passes all other requests on, and reads headers that come as lists', () => {
  const handler = aiCatalogHandler(makeServer('com.example/notes', '/notes'));
  const ask = (url: string, headers?: Record<string, string | string[]>) => {
    let status: number | 'next' = 0;
    const res = { writeHead: (code: number) => (status = code), end: () => {} };
    handler({ method: 'GET', url, ...(headers && { headers }) }, res, () => (status = 'next'));
    return status;
  };
  expect(ask('/')).toBe('next');
  expect(ask('//')).toBe('next');
  expect(ask('/.well-known/ai-catalog.json')).toBe(200);
  expect(ask('/.well-known/ai-catalog.json', { 'if-none-match': ['"a"', '*'] })).toBe(304);
});
