import http, { type RequestListener } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { createTRPCClient, httpLink } from '@trpc/client';
import { describe, expect, test } from 'vitest';
import { createApp, type router } from '../gateway.ts';
import { callTool, connect, revisions } from 'example-testing/auth-clients';
import { start } from 'example-testing/server';

const secret = 'only the gateway and this app know it';

/** Stands in for nginx, Envoy or a cloud's API gateway, which signs people in and tells the app who they are. */
function createGateway(port: number, signature = secret): RequestListener {
  return (req, res) => {
    const user = /^Bearer key-of-(\w+)$/.exec(req.headers.authorization ?? '')?.[1];
    const { authorization: _, 'x-gateway-user': __, ...headers } = req.headers;
    const named = user ? { 'x-gateway-user': user } : {};
    const told = { ...headers, ...named, host: 'notes.example.com', 'x-gateway-secret': signature };
    const { method, url: path } = req;
    const sent = http.request({ host: '127.0.0.1', port, method, path, headers: told }, (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.headers);
      void pipeline(answer, res);
    });
    void pipeline(req, sent);
  };
}

const as = (user: string) => ({ authorization: `Bearer key-of-${user}` });

test('the gateway is asked who is calling, and the app who may do what', async () => {
  await using app = await start(createApp());
  await using gateway = await start(createGateway(app.port));
  const mcp = `${gateway.url}/mcp`;
  expect(await callTool(mcp, 'me')).toMatchObject({
    status: 401,
    text: 'UNAUTHORIZED: this endpoint needs a credential; send a token in the header "Authorization: Bearer <token>" (WWW-Authenticate: Bearer)',
  });
  expect(await callTool(mcp, 'me', { 'x-gateway-user': 'ada' })).toMatchObject({ status: 401 });
  expect(await callTool(mcp, 'me', as('ben'))).toMatchObject({ status: 200, text: 'ben' });
  expect(await callTool(mcp, 'close', as('ben'))).toMatchObject({
    status: 200,
    text: 'FORBIDDEN: Only the owner does this, and ben is not.',
  });
  expect(await callTool(mcp, 'close', as('ada'))).toMatchObject({ status: 200 });
});

test('nobody gets past the gateway: not by its headers, not by a session of the app, not by a wrong host', async () => {
  await using app = await start(createApp());
  const host = `127.0.0.1:${app.port}`;
  expect(await callTool(`http://${host}/mcp`, 'me', { 'x-gateway-secret': secret })).toMatchObject({
    status: 403,
    text: `Host "${host}" is not served here; add it to the option allowedHosts`,
  });
  await using impostor = await start(createGateway(app.port, 'a guess'));
  for (const headers of [as('ada'), { 'x-gateway-user': 'ada' }, { 'x-session': 'session-of-ada' }]) {
    expect(await callTool(`${impostor.url}/mcp`, 'me', headers)).toMatchObject({
      status: 401,
      text: 'UNAUTHORIZED: Call this through the gateway. (WWW-Authenticate: Bearer)',
    });
  }
});

test('over tRPC the app signs people in itself, and takes no word from a gateway', async () => {
  await using app = await start(createApp());
  const trpcAs = (headers: Record<string, string>) =>
    createTRPCClient<typeof router>({ links: [httpLink({ url: `${app.url}/trpc`, headers })] });
  await expect(trpcAs({ 'x-session': 'session-of-ada' }).me.query()).resolves.toBe('ada');
  const named = { 'x-gateway-secret': secret, 'x-gateway-user': 'ada' };
  await expect(trpcAs(named).me.query()).rejects.toMatchObject({ data: { code: 'UNAUTHORIZED' } });
});

describe.each(revisions)('the official client of %s', (revision) => {
  test('works through the gateway', async () => {
    await using app = await start(createApp());
    await using gateway = await start(createGateway(app.port));
    await using client = await connect(revision, `${gateway.url}/mcp`, as('ben'));
    expect(await client.listTools()).toEqual(['close', 'me']);
    expect(await client.callTool('me')).toMatchObject({ isError: false });
    expect(await client.callTool('close')).toMatchObject({
      isError: true,
      text: 'FORBIDDEN: Only the owner does this, and ben is not.',
    });
  });
});
