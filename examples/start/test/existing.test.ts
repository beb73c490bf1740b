import { connectHttp, revisions } from 'example-testing';
import { send } from 'example-testing/auth-clients';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { log } from '../existing/audit.ts';
import { app } from '../existing/server.ts';

const server = app.listen(0);
let mcp = '';
beforeAll(async () => {
  if (!server.listening) await once(server, 'listening');
  mcp = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
});
afterAll(() => server.close());

const ada = { authorization: 'Bearer token-of-ada' };

describe.each(revisions)('the app of docs/add-to-app.md, for the official client of %s', (revision) => {
  test('offers what is tagged, with the rows of the caller', async () => {
    await using client = await connectHttp(revision, mcp, ada);
    expect(await client.listTools()).toEqual(['tasks_finish', 'tasks_list']);
    const { content } = await client.callTool('tasks_list');
    expect(content).toMatchObject([{ text: expect.stringContaining('Water the plants') }]);
    await using other = await connectHttp(revision, mcp, { authorization: 'Bearer token-of-ben' });
    expect(await other.callTool('tasks_list')).toMatchObject({
      content: [{ text: revision === '2025-11-25' ? '{"result":[]}' : '[]' }],
    });
  });

  test('asks a person before it changes something: a client that cannot ask is refused', async () => {
    await using client = await connectHttp(revision, mcp, ada);
    expect(await client.callTool('tasks_finish', { id: 1 })).toMatchObject({ isError: true });
    expect(log).toEqual([]);
  });
});

test('strangers do not see the list', async () => {
  const { status } = await send(mcp, 'tools/list', {});
  expect(status).toBe(401);
});

test('tRPC is as it was, and the audit says that no agent was involved', async () => {
  const response = await fetch(mcp.replace(/mcp$/, 'trpc/tasks.finish'), {
    method: 'POST',
    headers: { ...ada, 'content-type': 'application/json' },
    body: '{"id":1}',
  });
  expect(await response.json()).toEqual({ result: { data: { finished: true } } });
  expect(log).toEqual([{ user: 'Ada', action: 'finish', via: 'web' }]);
});
