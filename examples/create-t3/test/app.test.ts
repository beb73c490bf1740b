import { connectHttp, revisions, runCommand, type RunningServer, startCommand } from 'example-testing';
import { connect } from 'example-testing/auth-clients';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser } from './browser.ts';

const folder = new URL('..', import.meta.url);

let server: RunningServer;
let origin: string;
let mcp: string;

beforeAll(async () => {
  server = await startCommand('next build && next start --hostname 127.0.0.1', {
    folder,
    env: { DATABASE_DIR: 'memory://' },
    findUrl: (printed) => /Local:\s+(http:\/\/\S+)[^]*Ready/.exec(printed)?.[1],
  });
  origin = server.url;
  mcp = `${origin}/api/mcp`;
});
afterAll(() => server?.[Symbol.asyncDispose]());

async function signIn(name: string) {
  const browser = openBrowser(origin);
  await browser.signIn(name, 'open sesame');
  const makeToken = async (label: string) => {
    const { token } = (await browser.mutate('token.create', { label })) as { token: string };
    return token;
  };
  return { browser, makeToken };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe.each(revisions)('the official client of %s', (revision) => {
  test('works in the name of the person whose token it sends', async () => {
    const { browser, makeToken } = await signIn('Ada');
    await using client = await connectHttp(revision, mcp, bearer(await makeToken(`agent of ${revision}`)));
    expect(await client.listTools()).toEqual(['post_create', 'post_delete', 'post_list']);

    const title = `Written by ${revision}`;
    const created = await client.callTool('post_create', { title });
    expect(created).toMatchObject({
      isError: false,
      structuredContent: { title, author: 'Ada', isByAgent: true },
    });
    expect(await browser.query('post.list')).toContainEqual({
      ...(created.structuredContent as object),
      createdAt: expect.any(Date),
    });
  });

  test('reads the reason when it may not do something', async () => {
    const ada = await signIn('Ada');
    const { id } = (await ada.browser.mutate('post.create', { title: 'Mine' })) as { id: number };
    const ben = await signIn('Ben');
    await using client = await connectHttp(revision, mcp, bearer(await ben.makeToken('agent')));
    const refused = await client.callTool('post_create', { title: ' ' });
    expect(refused.content).toMatchObject([{ text: expect.stringContaining('BAD_REQUEST') }]);
    const unasked = await client.callTool('post_delete', { id });
    expect(unasked.content).toMatchObject([{ text: expect.stringContaining('consent of a person') }]);
  });

  test('is refused without a token, with a token of nobody, and with the cookie of a browser', async () => {
    const { browser } = await signIn('Ada');
    const refused: Record<string, string>[] = [{}, bearer('t3_of_nobody'), { cookie: browser.cookie() }];
    for (const headers of refused)
      await expect(connect(revision, mcp, headers)).rejects.toMatchObject({ status: 401 });
  });

  test('is refused as soon as its token is deleted', async () => {
    const { browser, makeToken } = await signIn('Ben');
    const headers = bearer(await makeToken(`for a day, ${revision}`));
    await (await connectHttp(revision, mcp, headers))[Symbol.asyncDispose]();
    const [{ id }] = (await browser.query('token.list')) as [{ id: number }];
    await browser.mutate('token.delete', { id });
    await expect(connect(revision, mcp, headers)).rejects.toMatchObject({ status: 401 });
  });
});

/** Lets an agent of this person delete a post, and answers the question that the client shows. */
async function deletePost(name: string, id: number, action: 'accept' | 'decline') {
  const { makeToken } = await signIn(name);
  const asked: string[] = [];
  const client = new Client(
    { name: 'example', version: '1.0.0' },
    { capabilities: { elicitation: {} }, versionNegotiation: { mode: { pin: '2026-07-28' } } },
  );
  client.setRequestHandler('elicitation/create', ({ params }) => {
    asked.push(params.message);
    return { action, ...(action === 'accept' && { content: {} }) };
  });
  const headers = bearer(await makeToken('deletes posts'));
  await client.connect(new StreamableHTTPClientTransport(new URL(mcp), { requestInit: { headers } }));
  const { content } = await client.callTool({ name: 'post_delete', arguments: { id } });
  await client.close();
  return { text: JSON.stringify(content), asked };
}

test('a post is deleted when its author agrees, who reads its title', async () => {
  const { browser } = await signIn('Ada');
  const { id } = (await browser.mutate('post.create', { title: 'Old news' })) as { id: number };

  const declined = await deletePost('Ada', id, 'decline');
  expect(declined.text).toContain('the person declined');
  const ofBen = await deletePost('Ben', id, 'accept');
  expect(ofBen.text).toContain('FORBIDDEN: Somebody else wrote this post.');
  expect(await browser.query('post.list')).toContainEqual(expect.objectContaining({ id }));

  const agreed = await deletePost('Ada', id, 'accept');
  expect(agreed.asked).toEqual([expect.stringMatching(/^Delete the post "Old news"\?/)]);
  expect(await browser.query('post.list')).not.toContainEqual(expect.objectContaining({ id }));
});

describe('in the browser', () => {
  test('everybody reads the posts, and nobody writes one before signing in', async () => {
    const browser = openBrowser(origin);
    const page = await browser.open('/');
    expect(page).toContain('Hello from Ada');
    expect(page).toContain('Sign in');
    await expect(browser.mutate('post.create', { title: 'Hi' })).rejects.toThrow(
      'Sign in, or send a valid token.',
    );
    await expect(browser.signIn('Ada', 'a wrong one')).rejects.toThrow('Ada was not let in');
  });

  test('a person who has signed in writes as a person, and sees the tokens on the settings page', async () => {
    const { browser, makeToken } = await signIn('Ben');
    expect(await browser.mutate('post.create', { title: 'By hand' })).toMatchObject({
      author: 'Ben',
      isByAgent: false,
    });
    const token = await makeToken('A laptop');
    const page = await browser.open('/settings');
    expect(page).toContain('A laptop');
    expect(page).not.toContain(token);
  });

  test('an agent makes no token for itself, with the token that it has', async () => {
    const { makeToken } = await signIn('Ben');
    const response = await fetch(`${origin}/api/trpc/token.create`, {
      method: 'POST',
      headers: { ...bearer(await makeToken('curious')), 'content-type': 'application/json' },
      body: JSON.stringify({ json: { label: 'more' } }),
    });
    expect(response.status).toBe(403);
  });
});

test('its client does the same', async () => {
  const { makeToken } = await signIn('Ada');
  const printed = await runCommand(`tsx client.ts ${await makeToken('client.ts')} ${mcp}`, { folder });
  expect(printed.trimEnd().split('\n')).toEqual([
    'tools: post_create, post_delete, post_list',
    expect.stringMatching(
      /^created: \{"id":\d+,"title":"Hello from an agent","isByAgent":true,"author":"Ada"\}$/,
    ),
  ]);
});
