import { initTRPC } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { mcpHandler } from '../src/adapters/express.ts';
import { type McpMeta, mcpResource, mcpTool } from '../src/index.ts';
import { clientKinds, connect, toolValue } from './clients.ts';
import { serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create({ isDev: false });
const ui = { resourceUri: 'ui://clock' };
const page = '<!doctype html><title>Clock</title>';
const mimeType = 'text/html;profile=mcp-app';

// None of these clients announces support for apps, so they see a tool and a text.
describe.each(clientKinds)('a client of kind %s', (kind) => {
  test.each([
    ['tagged procedures', true],
    ['own items', false],
  ])('finds the page of a tool’s app, and its extension: %s', async (_, isTagged) => {
    const icons = [{ src: 'data:image/svg+xml,<svg/>', mimeType: 'image/svg+xml', sizes: ['any'] }];
    const tagged = t.router({
      clock: t.procedure.meta({ mcp: { icons, _meta: { ui } } }).query(() => ({ hour: 5 })),
      page: t.procedure
        .meta({ mcp: { icons, resource: { uri: 'ui://clock', _meta: { ui: { prefersBorder: true } } } } })
        .query(() => page),
    });
    const own = {
      tools: [mcpTool({ name: 'clock', icons, _meta: { ui }, run: () => ({ hour: 5 }) })],
      resources: [
        mcpResource({
          name: 'page',
          uri: 'ui://clock',
          icons,
          _meta: { ui: { prefersBorder: true } },
          run: () => page,
        }),
      ],
    };
    const handler = isTagged ? mcpHandler(tagged) : mcpHandler(t.router({}), own);
    await using server = await serve(handler);
    await using client = await connect[kind](server.mcp);
    const extensions = { 'io.modelcontextprotocol/ui': { mimeTypes: [mimeType] } };
    expect(client.capabilities()).toMatchObject({ extensions });
    expect(await client.listTools()).toMatchObject([{ name: 'clock', icons, _meta: { ui } }]);
    expect(await client.listResources()).toMatchObject([
      { uri: 'ui://clock', name: 'page', mimeType, icons, _meta: { ui: { prefersBorder: true } } },
    ]);
    expect(await client.readResource('ui://clock')).toEqual([{ uri: 'ui://clock', mimeType, text: page }]);
    expect(await client.callTool({ name: 'clock' })).toEqual(toolValue({ hour: 5 }));
  });

  test('sees no extension where there is no app', async () => {
    const router = t.router({
      it: t.procedure
        .meta({ mcp: { resource: { uri: 'app://it', mimeType: 'text/html' } } })
        .query(() => page),
    });
    await using server = await serve(mcpHandler(router));
    await using client = await connect[kind](server.mcp);
    expect(client.capabilities()).not.toHaveProperty('extensions');
  });

  test('sees the icons of the server and of everything that it serves', async () => {
    const icons = [
      { src: 'https://example.com/i.png', mimeType: 'image/png', sizes: ['48x48'], theme: 'dark' as const },
    ];
    const router = t.router({
      all: t.procedure
        .meta({ mcp: { icons, tool: true, prompt: true, resource: { uri: 'app://all' } } })
        .query(() => 'x'),
    });
    await using server = await serve(mcpHandler(router, { server: { name: 'app', version: '1', icons } }));
    await using client = await connect[kind](server.mcp);
    expect(await client.listTools()).toMatchObject([{ icons }]);
    expect(await client.listPrompts()).toMatchObject([{ icons }]);
    expect(await client.listResources()).toMatchObject([{ icons }]);
  });
});
