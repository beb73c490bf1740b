import { start } from 'example-testing/server';
import { expect, test } from 'vitest';
import { app, catalog } from './discovery-card.ts';

test('the card is below the endpoint, and the catalog at the root names it', async () => {
  await using server = await start(app);
  const found = await fetch(`${server.url}/.well-known/ai-catalog.json`);
  expect(found.headers.get('content-type')).toBe('application/ai-catalog+json');
  expect(await found.json()).toEqual({
    specVersion: '1.0',
    entries: [
      {
        identifier: 'urn:air:acme.com:mcp:billing',
        type: 'application/mcp-server-card+json',
        url: 'https://app.acme.com/mcp/server-card',
      },
    ],
  });
  const card = await fetch(`${server.url}/mcp/server-card`);
  expect(card.headers.get('content-type')).toBe('application/mcp-server-card+json');
  expect(await card.json()).toMatchObject({
    name: 'com.acme/billing',
    version: '1.4.0',
    title: 'Acme Billing',
    description: 'Finds invoices and customers, and sends reminders.',
    remotes: [{ type: 'streamable-http', url: 'https://app.acme.com/mcp' }],
  });
});

test('a catalog names several servers, and what else there is', async () => {
  const response = catalog(new Request('https://app.acme.com/.well-known/ai-catalog.json'));
  const { host, entries } = (await response.json()) as { host: unknown; entries: { identifier: string }[] };
  expect(host).toEqual({ displayName: 'Acme' });
  expect(entries.map(({ identifier }) => identifier)).toEqual([
    'urn:air:acme.com:mcp:billing',
    'urn:air:acme.com:mcp:support',
    'urn:air:acme.com:a2a:helper',
  ]);
});
