import { describe, expect, test } from 'vitest';
import { createApp } from '../api-token.ts';
import { callTool, connect, revisions, send } from 'example-testing/auth-clients';
import { start } from 'example-testing/server';

const ada = { authorization: 'Bearer token-of-ada' };
const ben = { authorization: 'Bearer token-of-ben' };

test('without a token nothing is served, lists included', async () => {
  await using server = await start(createApp());
  const challenge = 'Bearer realm="notes"';
  const why = `UNAUTHORIZED: this endpoint needs a credential; send a token in the header "Authorization: Bearer <token>" (WWW-Authenticate: ${challenge})`;
  for (const method of ['tools/list', 'server/discover']) {
    expect(await send(`${server.url}/mcp`, method)).toMatchObject({ status: 401, challenge, text: why });
  }
  expect(await callTool(`${server.url}/mcp`, 'list')).toMatchObject({ status: 401, challenge, text: why });
});

test('a token that nobody has is refused in the words of authenticate', async () => {
  await using server = await start(createApp());
  expect(await callTool(`${server.url}/mcp`, 'list', { authorization: 'Bearer stolen' })).toMatchObject({
    status: 401,
    text: 'UNAUTHORIZED: Nobody has this token. (WWW-Authenticate: Bearer realm="notes")',
  });
});

test('a token without the scopes is told all of them in one challenge', async () => {
  await using server = await start(createApp());
  const challenge = 'Bearer realm="notes", error="insufficient_scope", scope="notes:read notes:write"';
  expect(await callTool(`${server.url}/mcp`, 'add', ben, { text: 'Sell milk' })).toMatchObject({
    status: 403,
    challenge,
    text: `FORBIDDEN: this tool needs the scopes notes:read, notes:write (WWW-Authenticate: ${challenge})`,
  });
  expect(await callTool(`${server.url}/mcp`, 'add', ada, { text: 'Sell milk' })).toMatchObject({
    status: 200,
  });
});

test('authorize refuses in its own words, before the middleware of the procedure is asked', async () => {
  await using server = await start(createApp());
  expect(await callTool(`${server.url}/mcp`, 'lock', ben)).toMatchObject({
    status: 403,
    challenge: null,
    text: 'FORBIDDEN: Agents lock notes for Ada only.',
  });
  expect(await callTool(`${server.url}/mcp`, 'lock', ada)).toMatchObject({ status: 200, text: 'locked' });
});

describe.each(revisions)('the official client of %s', (revision) => {
  test('sees and calls what its token is for', async () => {
    await using server = await start(createApp());
    await using adas = await connect(revision, `${server.url}/mcp`, ada);
    await using bens = await connect(revision, `${server.url}/mcp`, ben);
    expect(await adas.listTools()).toEqual(['add', 'clear', 'list', 'lock']);
    expect(await bens.listTools()).toEqual(['add', 'list', 'lock']);
    expect(await bens.callTool('list')).toMatchObject({
      isError: false,
      text: expect.stringContaining('milk'),
    });
    await expect(bens.callTool('clear')).rejects.toThrow('Unknown tool: clear');
  });

  test('throws on 401 and 403', async () => {
    await using server = await start(createApp());
    await expect(connect(revision, `${server.url}/mcp`, {})).rejects.toMatchObject({ status: 401 });
    await using bens = await connect(revision, `${server.url}/mcp`, ben);
    await expect(bens.callTool('lock')).rejects.toMatchObject({ status: 403 });
  });

  test('hands the refusal to the model with return200ForErrors', async () => {
    await using server = await start(createApp({ return200ForErrors: true }));
    await using bens = await connect(revision, `${server.url}/mcp`, ben);
    expect(await bens.callTool('lock')).toEqual({
      isError: true,
      text: 'FORBIDDEN: Agents lock notes for Ada only.',
    });
  });
});
