import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema, ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { eventually } from './eventually.ts';
import { describeRedis, openPrefix, redisUrl } from './server.ts';
import { openTcpProxy } from './tcp-proxy.ts';

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

async function startNode(name: string, url: string, prefix: string) {
  const child = fork(new URL('./session-node.ts', import.meta.url), [name, url, prefix], {
    execArgv: ['--import', tsx, '--conditions=@trpc-mcp/source'],
  });
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  onTestFinished(kill);
  const [port] = (await once(child, 'message')) as [number];
  return { url: `http://127.0.0.1:${port}/mcp`, kill };
}

async function startTwo(url = redisUrl) {
  const keys = openPrefix();
  onTestFinished(() => keys[Symbol.asyncDispose]());
  const [one, other] = await Promise.all([
    startNode('one', url, keys.prefix),
    startNode('other', url, keys.prefix),
  ]);
  return { one, other };
}

/** Sends each request to the next process that runs, as a balancer does that knows no sessions. */
function roundRobin(urls: string[]): typeof fetch {
  let turn = 0;
  return (_url, init) => fetch(urls[turn++ % urls.length]!, init);
}

async function connect(urls: string[]) {
  const client = new Client({ name: 'moving', version: '1' }, { capabilities: { elicitation: {} } });
  client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: { n: 7 } }));
  const transport = new StreamableHTTPClientTransport(new URL(urls[0]!), {
    fetch: roundRobin(urls),
    reconnectionOptions: {
      initialReconnectionDelay: 20,
      maxReconnectionDelay: 100,
      reconnectionDelayGrowFactor: 1,
      maxRetries: 50,
    },
  });
  await client.connect(transport);
  onTestFinished(() => client.close());
  return { client, transport };
}

describeRedis('sessions of two processes behind a balancer that knows no sessions', () => {
  test('answer calls and questions, and tell of changes, wherever each request goes', async () => {
    const { one, other } = await startTwo();
    const { client, transport } = await connect([one.url, other.url]);
    const heard: string[] = [];
    client.setNotificationHandler(
      ResourceUpdatedNotificationSchema,
      ({ params }) => void heard.push(params.uri),
    );
    const names = new Set<unknown>();
    await eventually(async () => {
      names.add(((await client.callTool({ name: 'where' })).structuredContent as { name: string }).name);
      expect(names.size).toBe(2);
    });
    for (let index = 0; index < 4; index++)
      expect(await client.callTool({ name: 'ask' })).toMatchObject({
        structuredContent: { action: 'accept' },
      });
    await client.subscribeResource({ uri: 'app://note' });
    for (let count = 1; count <= 4; count++) {
      await eventually(async () => {
        await client.callTool({ name: 'change' });
        expect(heard.length).toBeGreaterThanOrEqual(count);
      });
    }
    await transport.terminateSession();
  }, 120_000);

  test('a call is cancelled by a request to the other process', async () => {
    const { one, other } = await startTwo();
    const { client } = await connect([one.url, other.url]);
    for (let index = 0; index < 3; index++) {
      const cancel = new AbortController();
      const call = client.callTool({ name: 'work', arguments: { ms: 60_000 } }, undefined, {
        signal: cancel.signal,
        onprogress: () => cancel.abort('enough'),
      });
      await expect(call).rejects.toThrow('enough');
    }
    expect(await client.callTool({ name: 'where' })).toMatchObject({ structuredContent: {} });
  }, 120_000);

  test('a client that loses its connection gets the result from the other process', async () => {
    const { one, other } = await startTwo();
    const { client } = await connect([one.url]);
    const urls = [one.url];
    const moving = await connect(urls);
    let token: string | undefined;
    const call = moving.client.callTool({ name: 'work', arguments: { ms: 1500 } }, undefined, {
      onresumptiontoken: (given) => (token = given),
      onprogress: () => {},
    });
    call.catch(() => {});
    await eventually(() => expect(token).toMatch(/-1$/));
    const { sessionId } = moving.transport;
    await moving.client.close();
    const response = await fetch(other.url, {
      headers: {
        accept: 'text/event-stream',
        'mcp-session-id': sessionId!,
        'mcp-protocol-version': '2025-11-25',
        'last-event-id': token!,
      },
    });
    const text = await response.text();
    expect(text.match(/"structuredContent":\{"name":"one"\}/g)).toHaveLength(1);
    expect(text).not.toContain('notifications/progress');
    expect(await client.callTool({ name: 'where' })).toMatchObject({ structuredContent: { name: 'one' } });
  }, 120_000);

  test('when a process is killed, its sessions go on in the other one, and its calls are told as lost', async () => {
    const { one, other } = await startTwo();
    const urls = [one.url];
    const { client } = await connect(urls);
    let progressed = false;
    const call = client.callTool({ name: 'work', arguments: { ms: 600_000 } }, undefined, {
      onprogress: () => (progressed = true),
    });
    const lost = call.catch((error: unknown) => String(error));
    await eventually(() => expect(progressed).toBe(true));
    urls[0] = other.url;
    await one.kill();
    expect(await client.callTool({ name: 'where' })).toMatchObject({ structuredContent: { name: 'other' } });
    expect(await lost).toContain('has ended, or cannot be reached');
  }, 120_000);

  test('when Redis goes, known sessions go on and unknown ones are answered 503, until it is back', async () => {
    const proxy = await openTcpProxy(redisUrl);
    onTestFinished(() => proxy[Symbol.asyncDispose]());
    const { one, other } = await startTwo(proxy.url);
    const { client, transport } = await connect([one.url]);
    await proxy.cut();
    expect(await client.callTool({ name: 'where' })).toMatchObject({ structuredContent: { name: 'one' } });
    const statusAt = async (url: string) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          'mcp-protocol-version': '2025-11-25',
          'mcp-session-id': transport.sessionId!,
        },
        body: JSON.stringify({ jsonrpc: '2.0', id: 99, method: 'tools/list' }),
      });
      await response.text();
      return response.status;
    };
    expect(await statusAt(other.url)).toBe(503);
    const opened = await connect([other.url]);
    await proxy.restore();
    await eventually(async () => expect(await statusAt(other.url)).toBe(200));
    expect(await opened.client.callTool({ name: 'where' })).toMatchObject({
      structuredContent: { name: 'other' },
    });
  }, 120_000);
});
