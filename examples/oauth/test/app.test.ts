import { createTRPCClient, httpLink } from '@trpc/client';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { callTool, send } from 'example-testing/auth-clients';
import { createApp, type router } from '../app.ts';
import { connectAgent, type Person } from './agent.ts';
import { Browser, type Page } from './browser.ts';

async function startApp() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  server.on('request', await createApp(url));
  return {
    url,
    mcp: `${url}/mcp`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Somebody with a browser, who signs in where they are asked to, and allows what they are asked for. */
function openBrowser(url: string, user: string) {
  const browser = new Browser(url);
  const seen: Page[] = [];
  const person: Person = async (start) => {
    let page = await browser.open(start);
    for (let steps = 0; page.status !== 0; steps++) {
      if (steps > 5) throw new Error(`no end on ${page.url.href}: ${page.html}`);
      seen.push(page);
      page =
        page.url.pathname === '/login'
          ? await browser.press(page, 'Sign in', { user, password: 'open sesame' })
          : await browser.press(page, 'Allow');
    }
    return page.url.searchParams;
  };
  return { browser, person, seen, paths: () => seen.map((page) => page.url.pathname) };
}

test('a client that knows only the URL calls as the person who signs in, and asks again for more', async () => {
  await using app = await startApp();
  const { person, seen, paths } = openBrowser(app.url, 'ada');
  await using agent = await connectAgent(app.mcp, person);

  expect(agent.login.sentTo.map(({ searchParams }) => searchParams.get('scope'))).toEqual(['notes:read']);
  expect(paths()[0]).toBe('/login');
  const [, consent] = seen;
  for (const words of ['Notes', 'Example agent', 'Ada', 'Read the notes']) expect(consent!.html).toContain(words);
  expect(consent!.html).not.toContain('Add notes in your name');
  expect(await agent.listTools()).toEqual(['add', 'list']);
  expect(await agent.call('list')).toContain('Buy milk');

  await agent.call('add', { text: 'Sell milk' });
  expect(await agent.call('list')).toContain('Sell milk (Ada)');
  expect(agent.login.sentTo).toHaveLength(2);
  // Nobody signs in twice.
  expect(paths().filter((path) => path === '/login')).toHaveLength(1);
  expect(seen).toHaveLength(3);
  expect(seen[2]!.html).toContain('Add notes in your name');
});
