import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  PromptListChangedNotificationSchema,
  ResourceListChangedNotificationSchema,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { eventually } from './eventually.ts';
import { type Nodes, startNodes } from './nodes.ts';
import { send, textOf } from './rounds.ts';
import { describeRedis, redisUrl } from './server.ts';
import { openTcpProxy, type TcpProxy } from './tcp-proxy.ts';

const info = { name: 'test-client', version: '1.2.3' };

interface Listener {
  heard: string[];
  callTool(name: string): Promise<unknown>;
}

/** A client of 2026 that listens for everything. */
async function listenModern(url: string): Promise<Listener> {
  const client = new Client(info, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
  const heard: string[] = [];
  for (const list of ['tools', 'prompts', 'resources'] as const) {
    client.setNotificationHandler(`notifications/${list}/list_changed`, () => void heard.push(list));
  }
  client.setNotificationHandler(
    'notifications/resources/updated',
    ({ params }) => void heard.push(params.uri),
  );
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  onTestFinished(() => client.close());
  await client.listen({
    toolsListChanged: true,
    resourcesListChanged: true,
    resourceSubscriptions: ['app://note'],
  });
  return { heard, callTool: async (name) => (await client.callTool({ name })).structuredContent };
}

/** A client of 2025 with a session, which hears of changes on its GET stream. */
async function listenLegacy(url: string): Promise<Listener> {
  const client = new LegacyClient(info);
  const heard: string[] = [];
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => void heard.push('tools'));
  client.setNotificationHandler(PromptListChangedNotificationSchema, () => void heard.push('prompts'));
  client.setNotificationHandler(ResourceListChangedNotificationSchema, () => void heard.push('resources'));
  client.setNotificationHandler(
    ResourceUpdatedNotificationSchema,
    ({ params }) => void heard.push(params.uri),
  );
  // The GET stream opens by itself, some time after the session.
  const listens = new Promise<void>((resolve) => {
    const fetchAndTell: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      if (init?.method === 'GET') resolve();
      return response;
    };
    void client.connect(new LegacyTransport(new URL(url), { fetch: fetchAndTell }));
  });
  onTestFinished(() => client.close());
  await listens;
  await client.subscribeResource({ uri: 'app://note' });
  return { heard, callTool: async (name) => (await client.callTool({ name })).structuredContent };
}

/** Listeners of both eras, with at least one of each on each node. */
async function listenEverywhere({ balancer, one, other }: Nodes): Promise<Listener[]> {
  const listeners: Listener[] = [];
  for (const url of [one.url, other.url, balancer.url]) {
    listeners.push(await listenModern(url), await listenLegacy(url));
  }
  return listeners;
}

describeRedis('two nodes behind a round-robin proxy', () => {
  let proxy: TcpProxy;
  let nodes: Nodes;
  beforeAll(async () => {
    proxy = await openTcpProxy(redisUrl);
    nodes = await startNodes(proxy.url);
  });
  afterAll(async () => {
    await nodes[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
  });

  test('a change on one is heard by the clients of both, in both eras, once', async () => {
    const listeners = await listenEverywhere(nodes);
    await nodes.one.tell({ kind: 'notify', list: 'tools' });
    await eventually(() => listeners.forEach(({ heard }) => expect(heard).toEqual(['tools'])));
    await nodes.other.tell({ kind: 'notify', uri: 'app://note' });
    await eventually(() => listeners.forEach(({ heard }) => expect(heard).toEqual(['tools', 'app://note'])));
    await nodes.one.tell({ kind: 'notify', uri: 'app://of-nobody' });
    await nodes.other.tell({ kind: 'notify', list: 'resources' });
    await eventually(() =>
      listeners.forEach(({ heard }) => expect(heard).toEqual(['tools', 'app://note', 'resources'])),
    );
    expect(nodes.errors).toEqual([]);
  });

  test('the requests of clients of 2026 go to either node, and those of a session to its own', async () => {
    const { balancer } = nodes;
    const modern = await listenModern(balancer.url);
    const legacy = await listenLegacy(balancer.url);
    const askAll = (listener: Listener) =>
      Promise.all(Array.from({ length: 6 }, () => listener.callTool('echo')));
    expect(new Set((await askAll(modern)).map((value) => JSON.stringify(value))).size).toBe(2);
    expect(new Set((await askAll(legacy)).map((value) => JSON.stringify(value))).size).toBe(1);
    const ofSession = balancer.routes.filter(({ session }) => session !== undefined);
    expect(ofSession.length).toBeGreaterThan(6);
    const sessions = new Set(ofSession.map(({ session }) => session));
    const ways = new Set(ofSession.map(({ session, node }) => `${session} ${node}`));
    expect(ways.size).toBe(sessions.size);
  });

  test('a session is served by the other node too', async () => {
    const client = new LegacyClient(info);
    const transport = new LegacyTransport(new URL(nodes.one.url));
    await client.connect(transport);
    onTestFinished(() => client.close());
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2025-11-25',
      'mcp-session-id': transport.sessionId!,
    };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
    const statuses = [nodes.one.url, nodes.other.url].map(async (url) => {
      const response = await fetch(url, { method: 'POST', headers, body });
      return response.status;
    });
    expect(await Promise.all(statuses)).toEqual([200, 200]);
  });

  test('a tool that comes with a flag is announced to the clients of both', async () => {
    const listeners = await listenEverywhere(nodes);
    await nodes.one.tell({ kind: 'flag', isOn: true });
    await nodes.other.tell({ kind: 'flag', isOn: true });
    await eventually(async () => {
      expect(textOf(await send(nodes.one.url, { name: 'beta' }))).toBe('{"node":"one"}');
      expect(textOf(await send(nodes.other.url, { name: 'beta' }))).toBe('{"node":"other"}');
    });
    await eventually(() => listeners.forEach(({ heard }) => expect(heard).toContain('tools')));
  });

  test('a rate limit holds for both together, and for each caller alone', async () => {
    const call = (as: string) => send(nodes.balancer.url, { name: 'limited' }, { as });
    const answers = await Promise.all(Array.from({ length: 20 }, () => call('ann')));
    const texts = answers.map(textOf);
    expect(texts.filter((text) => text.startsWith('{"node"'))).toHaveLength(5);
    const refused = texts.filter((text) => text.startsWith('TOO_MANY_REQUESTS: more than 5 calls in 60 s'));
    expect(refused).toHaveLength(15);
    for (const text of refused) expect(text).toMatch(/\b\d+ (s|seconds)\b/);
    expect(textOf(await call('ben'))).toMatch(/^\{"node"/);
  });

  test('while Redis is away, calls go on and what needs it fails clearly; then nothing is lost or doubled', async () => {
    const { balancer, one, other, errors } = nodes;
    const listeners = await listenEverywhere(nodes);
    await proxy.cut();
    await eventually(() =>
      expect(new Set(errors.map(({ node }) => node))).toEqual(new Set(['one', 'other'])),
    );

    const limitedAs = (as: string) => send(balancer.url, { name: 'limited' }, { as });
    const [echo, alsoEcho] = [
      await send(balancer.url, { name: 'echo' }),
      await send(balancer.url, { name: 'echo' }),
    ];
    expect(new Set([textOf(echo), textOf(alsoEcho)])).toEqual(
      new Set(['{"node":"one"}', '{"node":"other"}']),
    );
    const limited = await limitedAs('cas');
    const extended = await send(balancer.url, {
      name: 'extend',
      arguments: { id: '1', days: 7, _idempotencyKey: 'k' },
    });
    const first = await send(balancer.url, { name: 'deactivate', arguments: { id: '1' } });
    expect(first.result?.resultType).toBe('input_required');
    const second = await send(balancer.url, {
      name: 'deactivate',
      arguments: { id: '1' },
      requestState: first.result!.requestState!,
      inputResponses: { confirm: { action: 'accept', content: {} } },
    });
    for (const answer of [limited, extended, second]) {
      expect(answer).toMatchObject({ status: 200, result: { isError: true } });
      expect(textOf(answer)).toMatch(/^SERVICE_UNAVAILABLE: /);
    }
    expect(await nodes.runsOf('1')).toEqual([]);

    // Heard at once where it happens, and nowhere else yet.
    await one.tell({ kind: 'notify', list: 'tools' });
    await other.tell({ kind: 'notify', uri: 'app://note' });
    await eventually(() => {
      expect(listeners[0]!.heard).toEqual(['tools']);
      expect(listeners[2]!.heard).toEqual(['app://note']);
    });
    await proxy.restore();
    await eventually(() => {
      for (const { heard } of listeners) expect(heard.toSorted()).toEqual(['app://note', 'tools']);
    });
    await one.tell({ kind: 'notify', list: 'resources' });
    await eventually(() => listeners.forEach(({ heard }) => expect(heard.at(-1)).toBe('resources')));
    for (const { heard } of listeners) expect(heard).toHaveLength(3);

    // What failed did not run, and may be tried again, by the same consent and the same key.
    const again = await send(balancer.url, {
      name: 'extend',
      arguments: { id: '1', days: 7, _idempotencyKey: 'k' },
    });
    expect(again.result?.structuredContent).toMatchObject({ node: expect.any(String) });
    await send(balancer.url, {
      name: 'deactivate',
      arguments: { id: '1' },
      requestState: first.result!.requestState!,
      inputResponses: { confirm: { action: 'accept', content: {} } },
    });
    expect(await nodes.runsOf('1')).toEqual(['extend', 'deactivate']);
  });

  test('Redis that goes while an idempotent call runs does not make it run again', async () => {
    const { balancer, one, other } = nodes;
    const id = 'while-it-runs';
    const call = { name: 'extend', arguments: { id, days: 7, _idempotencyKey: 'k2' } };
    const answer = send(one.url, call);
    await eventually(async () => expect(await nodes.runsOf(id)).toEqual(['extend']));
    await proxy.cut();
    const text = textOf(await answer);
    expect(text).toMatch(/^\{"node":"one"/);
    expect(textOf(await send(balancer.url, call))).toMatch(/^SERVICE_UNAVAILABLE: /);
    await proxy.restore();
    await eventually(async () => expect(textOf(await send(other.url, call))).toBe(text));
    expect(await nodes.runsOf(id)).toEqual(['extend']);
  });
});
