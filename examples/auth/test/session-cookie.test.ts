import { compareAccess } from '@trpc-mcp/core/testing';
import { describe, expect, test } from 'vitest';
import { createApp, router } from '../session-cookie.ts';
import { callTool, connect, revisions, send } from 'example-testing/auth-clients';
import { start } from 'example-testing/server';

async function signIn(url: string, user: string, password = 'open sesame'): Promise<string> {
  const response = await fetch(`${url}/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user, password }),
  });
  return cookiesOf(response.headers);
}

function cookiesOf(headers: Headers): string {
  return headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
}

test('without a session the list is served and calls are refused', async () => {
  await using server = await start(createApp());
  const mcp = `${server.url}/mcp`;
  expect(await send(mcp, 'tools/list')).toMatchObject({ status: 200 });
  expect(await callTool(mcp, 'me')).toMatchObject({
    status: 401,
    challenge: 'Bearer',
    text: 'UNAUTHORIZED: Sign in at /sign-in first. (WWW-Authenticate: Bearer)',
  });
});

test('a cookie that was not signed by the app is no session', async () => {
  await using server = await start(createApp());
  expect(await signIn(server.url, 'ada', 'wrong')).toBe('');
  const forged = Buffer.from(JSON.stringify({ user: 'ada' })).toString('base64');
  const cookie = `session=${forged}; session.sig=AAAAAAAAAAAAAAAAAAAAAAAAAAA`;
  expect(await callTool(`${server.url}/mcp`, 'me', { cookie })).toMatchObject({ status: 401 });
});

test('the session is extended by the answer to a call', async () => {
  await using server = await start(createApp());
  const cookie = await signIn(server.url, 'ada');
  const answer = await callTool(`${server.url}/mcp`, 'me', { cookie });
  expect(answer).toMatchObject({ status: 200, text: expect.stringContaining('ada') });
  const renewed = cookiesOf(answer.headers);
  expect(renewed).toMatch(/session=.+; session\.sig=.+/);
  expect(renewed).not.toBe(cookie);
  expect(await callTool(`${server.url}/mcp`, 'me', { cookie: renewed })).toMatchObject({ status: 200 });
});

test('a page of another site cannot use the session of its visitor', async () => {
  await using server = await start(createApp());
  const cookie = await signIn(server.url, 'ada');
  const answer = await callTool(`${server.url}/mcp`, 'me', { cookie, origin: 'https://evil.example' });
  expect(answer).toMatchObject({ status: 403, text: expect.stringContaining('allowedOrigins') });
});

describe.each(revisions)('the official client of %s', (revision) => {
  test('acts for whose cookie it sends', async () => {
    await using server = await start(createApp());
    const cookie = await signIn(server.url, 'ada');
    await using client = await connect(revision, `${server.url}/mcp`, { cookie });
    expect(await client.callTool('read', { id: 1 })).toMatchObject({ isError: false });
    expect(await client.callTool('read', { id: 2 })).toMatchObject({
      isError: true,
      text: expect.stringContaining('FORBIDDEN: '),
    });
    expect(await client.callTool('read', { id: 3 })).toMatchObject({
      isError: true,
      text: expect.stringContaining('NOT_FOUND: No draft has this id.'),
    });
  });
});

test('tRPC and MCP allow the same', async () => {
  await using server = await start(createApp());
  const { differences } = await compareAccess(router, {
    trpcUrl: `${server.url}/trpc`,
    mcpUrl: `${server.url}/mcp`,
    callers: {
      nobody: {},
      ada: { cookie: await signIn(server.url, 'ada') },
      ben: { cookie: await signIn(server.url, 'ben') },
    },
    inputs: { read: [{ id: 1 }, { id: 2 }, { id: 3 }] },
  });
  expect(differences).toEqual([]);
});
