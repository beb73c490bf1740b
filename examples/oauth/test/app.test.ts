import { createTRPCClient, httpLink } from '@trpc/client';
import { describe, expect, test } from 'vitest';
import { send } from 'example-testing/auth-clients';
import type { router } from '../app.ts';
import { connectAgent } from './agent.ts';
import { startApp } from './app.ts';
import { Browser } from './browser.ts';
import { openPerson } from './person.ts';

test('a client that knows only the URL calls as the person who signs in, and asks again for more', async () => {
  await using app = await startApp();
  const ada = openPerson(app.url, 'ada');
  await using agent = await connectAgent(app.mcp, ada.agree);

  expect(agent.login.sentTo.map(({ searchParams }) => searchParams.get('scope'))).toEqual(['notes:read']);
  const [login, consent, ...others] = ada.seen;
  expect([login!.url.pathname, others]).toEqual(['/login', []]);
  for (const words of ['Notes', 'Example agent', 'Ada', 'Read the notes']) {
    expect(consent!.html).toContain(words);
  }
  expect(consent!.html).not.toContain('Add notes in your name');
  expect((await agent.listTools()).toSorted()).toEqual(['add', 'list']);
  expect(await agent.call('list')).toContain('Buy milk');

  await agent.call('add', { text: 'Sell milk' });
  expect(await agent.call('list')).toContain('Sell milk (Ada)');
  // Ada is signed in already, and agrees to what is new.
  expect(ada.seen).toHaveLength(3);
  expect(ada.seen[2]!.html).toContain('Add notes in your name');
});

test('somebody cannot allow what they may not do', async () => {
  await using app = await startApp();
  const ben = openPerson(app.url, 'ben');
  await using agent = await connectAgent(app.mcp, ben.agree);
  expect(await agent.call('list')).toContain('Buy milk');
  await expect(agent.call('add', { text: 'Sell Ada' })).rejects.toThrow();
  expect(await agent.call('list')).not.toContain('Sell Ada');
});

test('a person sees what they have allowed, and ends it', async () => {
  await using app = await startApp();
  const ada = openPerson(app.url, 'ada');
  await using agent = await connectAgent(app.mcp, ada.agree);
  const page = await ada.browser.open('/oauth/connections');
  expect(page.html).toContain('Example agent');
  const after = await ada.browser.press(page, 'End');
  expect(after.html).not.toContain('Example agent');
  await expect(agent.refresh()).rejects.toMatchObject({ code: 'invalid_grant' });
  // The access token has ended as well, and the client has to ask again.
  expect(ada.seen).toHaveLength(2);
  expect(await agent.call('list')).toContain('Buy milk');
  expect(ada.seen).toHaveLength(3);
});

test('people in browsers call the same procedures with their session, which is no good over MCP', async () => {
  await using app = await startApp();
  const ada = openPerson(app.url, 'ada');
  const cookie = await ada.signIn();
  const clientOf = (headers: Record<string, string>) =>
    createTRPCClient<typeof router>({ links: [httpLink({ url: `${app.url}/trpc`, headers })] });
  expect(await clientOf({ cookie }).list.query()).toContain('Buy milk');
  await expect(clientOf({}).list.query()).rejects.toThrow('Sign in first.');
  expect(await send(app.mcp, 'tools/list', { cookie })).toMatchObject({ status: 401 });
});

test('a client finds the metadata where it looks for them', async () => {
  await using app = await startApp();
  const read = async (path: string) => (await fetch(app.url + path)).json() as Promise<object>;
  for (const path of ['', '/mcp']) {
    expect(await read(`/.well-known/oauth-protected-resource${path}`)).toMatchObject({
      resource: app.mcp,
      authorization_servers: [app.url],
    });
  }
  expect(await read('/.well-known/oauth-authorization-server')).toMatchObject({
    issuer: app.url,
    client_id_metadata_document_supported: true,
    registration_endpoint: expect.stringContaining(app.url),
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: expect.arrayContaining(['none']),
  });
});

describe('the login page', () => {
  test.each(['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)'])(
    'does not send anybody to %s',
    async (returnTo) => {
      await using app = await startApp();
      const browser = new Browser(app.url);
      const page = await browser.open(`/login?${new URLSearchParams({ returnTo }).toString()}`);
      const { url } = await browser.press(page, 'Sign in', { user: 'ada', password: 'open sesame' });
      expect(url.href).toBe(`${app.url}/`);
    },
  );

  test('keeps the way back when the password was wrong', async () => {
    await using app = await startApp();
    const browser = new Browser(app.url);
    const page = await browser.open('/login?returnTo=/oauth/connections');
    const again = await browser.press(page, 'Sign in', { user: 'ada', password: 'wrong' });
    expect(again.status).toBe(401);
    const { url } = await browser.press(again, 'Sign in', { user: 'ada', password: 'open sesame' });
    expect(url.pathname).toBe('/oauth/connections');
  });
});
