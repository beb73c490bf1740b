import { describe, expect, test } from 'vitest';
import { handler } from '../apps.ts';
import { connect, revisions } from './clients.ts';
import { start } from 'example-testing/server';

describe.each(revisions)('the official client of %s', (revision) => {
  test('finds the page of a tool, and reads it as what MCP Apps wants', async () => {
    await using server = await start(handler);
    await using client = await connect(revision, server.url);
    const { tools } = await client.any.listTools();
    expect(tools).toMatchObject([{ name: 'sales', _meta: { ui: { resourceUri: 'ui://sales' } } }]);
    const { contents } = await client.any.readResource({ uri: 'ui://sales' });
    expect(contents).toMatchObject([
      { mimeType: 'text/html;profile=mcp-app', text: expect.stringMatching(/^<!doctype html>/) },
    ]);
    expect(client.any.getServerCapabilities()).toMatchObject({
      extensions: { 'io.modelcontextprotocol/ui': { mimeTypes: ['text/html;profile=mcp-app'] } },
    });
  });

  test('gets the same result whether it shows the page or not', async () => {
    await using server = await start(handler);
    await using client = await connect(revision, server.url);
    expect((await client.call('sales', { year: 2026 })).structured).toEqual({ year: 2026, total: 12_500 });
  });
});
