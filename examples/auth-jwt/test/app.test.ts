import { createTRPCClient, httpLink } from '@trpc/client';
import { describe, expect, test } from 'vitest';
import { createApp, type router } from '../app.ts';
import { callTool, connect, revisions, send } from 'example-testing/auth-clients';
import { startIdentityProvider } from './identity-provider.ts';
import { start } from 'example-testing/server';

const resource = 'https://notes.example.com/mcp';
const challenge = `Bearer resource_metadata="${resource}/.well-known/oauth-protected-resource"`;

async function startApp() {
  const provider = await startIdentityProvider();
  const { issuer, jwksUri } = provider;
  const server = await start(createApp({ issuer, jwksUri, audience: 'api://notes', resource }));
  return {
    url: server.url,
    mcp: `${server.url}/mcp`,
    issue: (claims?: Parameters<typeof provider.issue>[0]) => provider.issue(claims),
    issuer,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await provider[Symbol.asyncDispose]();
    },
  };
}

const credential = (token: string) => ({ authorization: `Bearer ${token}` });

test('a stranger is told where to sign in', async () => {
  await using app = await startApp();
  expect(await send(app.mcp, 'tools/list')).toMatchObject({
    status: 401,
    challenge: `${challenge}, scope="notes:read"`,
    text: `UNAUTHORIZED: this endpoint needs a credential (WWW-Authenticate: ${challenge}, scope="notes:read")`,
  });
  const metadata = {
    resource,
    authorization_servers: [app.issuer],
    bearer_methods_supported: ['header'],
    scopes_supported: ['notes:read'],
  };
  for (const path of [
    '/mcp/.well-known/oauth-protected-resource',
    '/.well-known/oauth-protected-resource/mcp',
  ]) {
    expect(await (await fetch(app.url + path)).json()).toEqual(metadata);
  }
});

test('a token that does not do is refused with the reason', async () => {
  await using app = await startApp();
  const expired = credential(await app.issue({ exp: Math.floor(Date.now() / 1000) - 60 }));
  expect(await callTool(app.mcp, 'list', expired)).toMatchObject({
    status: 401,
    challenge: `${challenge}, error="invalid_token", error_description="the token has expired", scope="notes:read"`,
    text: expect.stringContaining('UNAUTHORIZED: the token has expired'),
  });
  const foreign = credential(await app.issue({ aud: 'api://payroll' }));
  expect(await callTool(app.mcp, 'list', foreign)).toMatchObject({
    status: 401,
    text: expect.stringContaining(`UNAUTHORIZED: the token is not for ${resource}`),
  });
});

describe.each(revisions)('the official client of %s', (revision) => {
  test('calls as the person whom the token is of, for what its scopes allow', async () => {
    await using app = await startApp();
    await using reader = await connect(revision, app.mcp, credential(await app.issue()));
    expect(await reader.callTool('list')).toMatchObject({ isError: false });
    await expect(reader.callTool('add', { text: 'Sell milk' })).rejects.toThrow(/scope/i);

    const token = await app.issue({ sub: 'ben', scope: 'notes:read notes:write' });
    await using writer = await connect(revision, app.mcp, credential(token));
    await writer.callTool('add', { text: 'Sell milk' });
    expect((await reader.callTool('list')).text).toContain('Sell milk (ben)');
  });
});

test('a missing scope is asked for with all that the call needs', async () => {
  await using app = await startApp();
  const answer = await callTool(app.mcp, 'add', credential(await app.issue()), { text: 'Sell milk' });
  expect(answer).toMatchObject({
    status: 403,
    challenge: `${challenge}, error="insufficient_scope", scope="notes:read notes:write"`,
    text: expect.stringContaining('FORBIDDEN: this tool needs the scope notes:write'),
  });
});

describe('over tRPC', () => {
  const clientOf = (app: { url: string }, token?: string) => {
    const headers = token === undefined ? {} : credential(token);
    return createTRPCClient<typeof router>({ links: [httpLink({ url: `${app.url}/trpc`, headers })] });
  };
  const refused = (httpStatus: number, message: string) => ({ message, data: { httpStatus } });

  test('the same token is good', async () => {
    await using app = await startApp();
    expect(await clientOf(app, await app.issue()).list.query()).toContain('Buy milk');
    await expect(clientOf(app).list.query()).rejects.toMatchObject(refused(401, 'Sign in first.'));
    const writer = clientOf(app, await app.issue({ sub: 'cy', scope: 'notes:read notes:write' }));
    await writer.add.mutate({ text: 'Sell hats' });
    expect(await writer.list.query()).toContain('Sell hats (cy)');
  });

  test('a token for another audience, or one whose time is over, is answered 401', async () => {
    await using app = await startApp();
    for (const [claims, message] of [
      [{ aud: 'api://payroll' }, `the token is not for ${resource}`],
      [{ aud: 'other' }, `the token is not for ${resource}`],
      [{ exp: Math.floor(Date.now() / 1000) - 60 }, 'the token has expired'],
      [{ iss: 'https://login.example.com/' }, 'the token is from another issuer'],
    ] as const) {
      const client = clientOf(app, await app.issue(claims));
      await expect(client.list.query()).rejects.toMatchObject(refused(401, message));
      await expect(client.add.mutate({ text: 'Steal milk' })).rejects.toMatchObject(refused(401, message));
    }
    expect(await clientOf(app, await app.issue()).list.query()).not.toContainEqual(
      expect.stringContaining('Steal milk'),
    );
  });

  test('a token to read does not write, and one without any scope does nothing, as over MCP', async () => {
    await using app = await startApp();
    const reader = clientOf(app, await app.issue());
    await expect(reader.add.mutate({ text: 'Steal milk' })).rejects.toMatchObject(
      refused(403, 'this needs the scope notes:write'),
    );
    const stranger = clientOf(app, await app.issue({ scope: 'profile' }));
    await expect(stranger.list.query()).rejects.toMatchObject(
      refused(403, 'the token lacks the scope notes:read'),
    );
    expect(await reader.list.query()).not.toContainEqual(expect.stringContaining('Steal milk'));
  });
});
