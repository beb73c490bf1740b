import {
  Client,
  ClientCredentialsProvider,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';
import { type OAuthEvent, oauthServer, type OAuthServer } from '@trpc-mcp/oauth';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { callTool } from 'example-testing/auth-clients';
import { start } from 'example-testing/server';
import type { User } from '../app.ts';
import { pages } from '../more/consent.ts';
import { allowCompanies } from '../more/enterprise.ts';
import { createFastifyApp } from '../more/fastify.ts';
import { logTo } from '../more/log.ts';
import { allowReports } from '../more/machines.ts';
import { createNodeServer } from '../more/node.ts';
import { connectAgent } from './agent.ts';
import { createSettings, startApp } from './app.ts';
import { openPerson } from './person.ts';

test('a consent page of the app itself', async () => {
  await using app = await startApp({ pages });
  const ada = openPerson(app.url, 'ada', 'Agree');
  await using agent = await connectAgent(app.mcp, ada.agree);
  expect(await agent.call('list')).toContain('Buy milk');
  expect(ada.seen[1]!.html).toContain(
    '<h1>Example agent (a program on your computer) wants to work in Notes for you, Ada</h1>',
  );
});

test('every event is a line of the log, without a credential', async () => {
  const lines: string[] = [];
  const alarms: OAuthEvent[] = [];
  await using app = await startApp(
    logTo(
      (line) => lines.push(line),
      (event) => alarms.push(event),
    ),
  );
  const ada = openPerson(app.url, 'ada');
  await using agent = await connectAgent(app.mcp, ada.agree);
  const types = lines.map((line) => (JSON.parse(line) as OAuthEvent).type);
  expect(types).toEqual(['registration', 'consent', 'token']);
  const { access_token: accessToken, refresh_token: refreshToken } = agent.login.tokens()!;
  for (const secret of [accessToken, refreshToken!]) expect(lines.join('\n')).not.toContain(secret);
  expect(alarms).toEqual([]);

  await agent.refresh();
  agent.login.saveTokens({ ...agent.login.tokens()!, refresh_token: refreshToken! });
  await expect(agent.refresh()).rejects.toThrow();
  expect(alarms).toMatchObject([{ type: 'reuse', refused: true, userId: 'ada' }]);
});

test('a program gets a token for itself, and reads', async () => {
  const secret = 'the secret of the nightly report';
  await using app = await startApp(allowReports(secret));
  const authProvider = new ClientCredentialsProvider({ clientId: 'nightly-report', clientSecret: secret });
  const client = new Client({ name: 'report', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(new URL(app.mcp), { authProvider }));
  expect((await client.listTools()).tools.map(({ name }) => name)).toContain('list');
  // It stands for nobody, and these procedures want somebody.
  await expect(client.callTool({ name: 'list', arguments: {} })).rejects.toThrow();
  await client.close();
});

test('the people of a company come in with what its identity provider says', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const keys = [{ ...(await exportJWK(publicKey)), kid: '1', alg: 'ES256', use: 'sig' }];
  await using provider = await start((_req, res) => {
    res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys }));
  });
  const issuer = provider.url;
  const ada = { id: 'ada', name: 'Ada', mayWrite: true };
  const secret = 'the secret of the assistant';
  await using app = await startApp(
    allowCompanies([{ issuer, jwksUri: `${issuer}/keys`, people: new Map([['0815', ada]]) }], secret),
  );
  const exchange = async (sub: string) => {
    const assertion = await new SignJWT({ resource: app.mcp, client_id: 'assistant', scope: 'notes:read' })
      .setProtectedHeader({ alg: 'ES256', kid: '1', typ: 'oauth-id-jag+jwt' })
      .setIssuer(issuer)
      .setAudience(app.url)
      .setSubject(sub)
      .setJti(randomUUID())
      .setIssuedAt()
      .setExpirationTime('5 minutes')
      .sign(privateKey);
    const response = await fetch(`${app.url}/oauth/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`assistant:${encodeURIComponent(secret)}`)}` },
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion,
        resource: app.mcp,
      }),
    });
    return (await response.json()) as { access_token?: string; error?: string };
  };
  const { access_token: token } = await exchange('0815');
  const answer = await callTool(app.mcp, 'list', { authorization: `Bearer ${token}` });
  expect(answer).toMatchObject({ status: 200, text: expect.stringContaining('Buy milk') });
  expect(await exchange('4711')).toMatchObject({ error: 'invalid_grant' });
});

describe('a host without Express', () => {
  async function startHost(serve: (oauth: OAuthServer<User>) => Promise<RequestListener>) {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const ada = { id: 'ada', name: 'Ada', mayWrite: true };
    const oauth = await oauthServer<User>({
      url,
      resource: `${url}/mcp`,
      scopes: { 'notes:read': 'Read the notes' },
      findUser: ({ headers }) => (headers.cookie?.includes('user=ada') ? ada : undefined),
      loadUser: () => ada,
      loginUrl: '/login',
      ...(await createSettings()),
    });
    server.on('request', await serve(oauth));
    return {
      url,
      async [Symbol.asyncDispose]() {
        server.closeAllConnections();
        server.close();
        await once(server, 'close');
      },
    };
  }

  test.each<[string, (oauth: OAuthServer<User>) => Promise<RequestListener>]>([
    [
      'Fastify',
      async (oauth) => {
        const app = await createFastifyApp(oauth);
        await app.ready();
        return (req, res) => app.routing(req, res);
      },
    ],
    [
      'node:http',
      async (oauth) => {
        const server = createNodeServer(oauth);
        return (req, res) => void server.emit('request', req, res);
      },
    ],
  ])('on %s a client registers, gets a token and calls', async (_name, serve) => {
    await using host = await startHost(serve);
    const ada = openPerson(host.url, 'ada');
    ada.browser.setCookie('user', 'ada');
    await using agent = await connectAgent(`${host.url}/mcp`, ada.agree);
    expect(await agent.call('list')).toContain('Buy milk');
    expect((await fetch(`${host.url}/nothing`)).status).toBe(404);
  });
});
