import http from 'node:http';
import {
  type ConnectedClient,
  connectHttp,
  revisions,
  type RunningServer,
  startCommand,
} from 'example-testing';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { bundleWorker } from './bundle.ts';

const folder = new URL('..', import.meta.url);

const runtimes: Record<string, () => Promise<RunningServer>> = {
  Bun: () => startCommand('bun src/bun.ts', { folder }),
  Deno: () =>
    startCommand(
      'deno run --node-modules-dir=manual --allow-net=127.0.0.1 --allow-env --allow-read src/deno.ts',
      {
        folder,
      },
    ),
  'workerd with nodejs_als': () => startWorkerd('als'),
  'workerd with nodejs_compat': () => startWorkerd('compat'),
};

async function startWorkerd(flag: 'als' | 'compat'): Promise<RunningServer> {
  await bundleWorker(folder);
  return startCommand(`workerd serve workerd.capnp ${flag} --control-fd=1`, {
    folder,
    findUrl(printed) {
      const port = /"event":"listen".*"port":(\d+)/.exec(printed)?.[1];
      return port && `http://127.0.0.1:${port}/mcp`;
    },
  });
}

const since = '2026-01-31T09:00:00Z';

describe.each(Object.keys(runtimes))('on %s', (runtime) => {
  const isWorkerd = runtime.startsWith('workerd');
  let server: RunningServer;
  beforeAll(async () => {
    server = await runtimes[runtime]!();
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  // A test below inspects the bundle for workerd.
  test.skipIf(isWorkerd)('what was built is what runs', () => {
    expect(server.printed).toContain('/core/dist/adapters/fetch.js');
  });

  test('serves the skills that were prepared when it started', async () => {
    const ask = async (method: string, params: object) => {
      const response = await fetch(server.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          'mcp-protocol-version': '2025-11-25',
        },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      });
      return response.json();
    };
    const uri = 'skill://play/SKILL.md';
    const digest = expect.stringMatching(/^sha256:[\da-f]{64}$/) as unknown;
    expect(await ask('skills/list', {})).toMatchObject({
      result: { skills: [{ uri, frontmatter: { name: 'play' }, resources: [{ uri, digest }] }] },
    });
    expect(await ask('resources/read', { uri })).toMatchObject({
      result: { contents: [{ uri, mimeType: 'text/markdown', text: expect.stringContaining('name: play') }] },
    });
  });

  describe.each(revisions)('the official client of %s', (revision) => {
    const connect = (headers: Record<string, string> = {}) => connectHttp(revision, server.url, headers);
    const connectGuarded = (headers: Record<string, string> = {}) =>
      connectHttp(revision, server.url.replace(/mcp$/, 'guarded/mcp'), headers);

    test('lists the tools, those of lazy routers too', async () => {
      await using client = await connect();
      expect(await client.listTools()).toEqual([
        'clients',
        'close',
        'fail',
        'goal',
        'greet',
        'later_hello',
        'me',
        'play',
        'values',
        'wait',
        'which',
      ]);
      expect(resultOf(await client.callTool('later_hello'))).toBe('from later');
    });

    test('calls with values that JSON does not have', async () => {
      await using client = await connect();
      const greeted = await client.callTool('greet', { name: 'Bo', since });
      expect(greeted.structuredContent).toEqual({
        greeting: 'Hi Bo, 2026',
        until: '2026-01-31T09:00:01.000Z',
      });
      const file = { name: 'a.txt', mimeType: 'text/plain', data: btoa('content') };
      const { structuredContent } = await client.callTool('values', { big: '41', map: { a: since }, file });
      expect(structuredContent).toEqual({ big: '42', years: [2026], bytes: btoa('a.txt: content') });
    });

    test('keeps calls that overlap apart', async () => {
      await using client = await connect();
      const numbers = [0, 1, 2];
      const results = await Promise.all(numbers.map((number) => client.callTool('which', { number })));
      const era = revision === '2026-07-28' ? 'modern' : 'legacy';
      expect(results.map(({ structuredContent }) => structuredContent)).toEqual(
        numbers.map((number) => ({ number, path: 'which', tool: 'which', era })),
      );
    });

    test('hears of progress while the call is under way', async () => {
      await using client = await connect();
      const heard: unknown[] = [];
      const goals: Promise<unknown>[] = [];
      const result = await client.callTool('play', {}, (progress) => {
        heard.push(progress);
        goals.push(client.callTool('goal'));
      });
      await Promise.all(goals);
      expect(heard).toEqual([{ progress: 1 }]);
      expect(resultOf(result)).toBe(1);
    });

    test('is told what went wrong, and no more', async () => {
      await using client = await connect();
      const invalid = await client.callTool('greet', { name: '', since: 'soon' });
      expect(invalid.isError).toBe(true);
      expect(textOf(invalid)).toContain('since: expected an ISO 8601 date-time');
      const failed = await client.callTool('fail');
      expect(textOf(failed)).toMatch(/^INTERNAL_SERVER_ERROR: .*reference/);
      expect(textOf(failed)).not.toContain('hunter2');
      await expect(client.callTool('burn')).rejects.toThrow('Unknown tool: burn');
    });

    test('is who its token says', async () => {
      await using ben = await connect({ authorization: 'Bearer token-of-ben' });
      expect(resultOf(await ben.callTool('me'))).toBe('Ben');
      await expect(ben.callTool('close')).rejects.toSatisfy(hasStatus(403));
      await using ada = await connectGuarded({ authorization: 'Bearer token-of-ada' });
      expect(resultOf(await ada.callTool('close'))).toBe('closed');
      await using nobody = await connect();
      await expect(nobody.callTool('me')).rejects.toSatisfy(hasStatus(401));
    });

    test('runs code that calls tools', async () => {
      await using client = await connectHttp(revision, server.url.replace(/mcp$/, 'code/mcp'), {});
      const run = async (code: string) => textOf(await client.callTool('run_code', { code }));
      expect(await client.listTools()).toEqual(['run_code', 'search_api']);
      const found = await client.callTool('search_api', { query: 'greet' });
      expect(textOf(found)).toContain('greet: { query(input: {');
      const code = `const numbers = await Promise.all([0, 1, 2].map((number) => api.which.query({ number })));
return [numbers.map(({ number }) => number), (await api.later.hello.query()), typeof process, typeof fetch];`;
      expect(await run(code)).toBe('[[0,1,2],"from later","undefined","undefined"]');
      expect(await run('await api.close.mutate()')).toContain('at line 1, column');
      expect(await run('await new Promise(() => {})')).toContain('nothing can settle');
      expect(await run('const a = []; for (;;) a.push(new Array(1000).fill(1))')).toMatch(
        /MiB of memory|computed for more than/,
      );
      expect(await run('const f = () => f(); f()')).toMatch(/call stack|called itself too often/);
      // A clock that stands still while code runs, as that of workerd, ends this by what it has done.
      expect(await run('return Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1)')).toContain(
        'computed for more than',
      );
      expect(await run('return 1 + 1')).toBe('2');
    });

    test('is not let in without a token where one is asked for', async () => {
      await expect(connectGuarded()).rejects.toSatisfy(hasStatus(401));
      await expect(connectGuarded({ authorization: 'Bearer stolen' })).rejects.toSatisfy(hasStatus(401));
    });
  });

  test('the headers that createContext sets reach the answer', async () => {
    const response = await post(server.url, 'greet', { name: 'Bo', since });
    expect([response.status, response.headers.get('set-cookie')]).toEqual([200, 'seen=yes; Path=/']);
    const refused = await post(server.url, 'me');
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
  });

  test('a browser gets a page that is compressed once', async () => {
    const page = await fetch(server.url, { headers: { accept: 'text/html', 'accept-encoding': 'gzip' } });
    expect([page.headers.get('content-encoding'), await page.text()]).toEqual(['gzip', '<h1>Hi</h1>']);
  });

  // workerd alone does not notice that a client has gone until it writes. On Cloudflare it is told, with
  // enable_request_signal.
  test.skipIf(isWorkerd)('a client of 2026 that hangs up ends the procedure', async () => {
    await using client = await connectHttp('2026-07-28', server.url, {});
    const expectClients = (clients: { waiting: number; gone: number }) =>
      vi.waitFor(async () => expect(resultOf(await client.callTool('clients'))).toEqual(clients), 10_000);
    // Sends head and body in one piece: Deno 2.9 may not notice that a client has gone if it sent them separately, as
    // `fetch` does.
    const { headers, body } = toRequest('wait');
    const call = http.request(server.url, { method: 'POST', headers }).on('error', () => {});
    call.end(body);
    await expectClients({ waiting: 1, gone: 0 });
    call.destroy();
    await expectClients({ waiting: 0, gone: 1 });
  });
});

test('the bundle for Workers asks for nothing but AsyncLocalStorage and the engine of code mode', async () => {
  const { inputs, outputs } = await bundleWorker(folder);
  const [bundle] = Object.values(outputs);
  const imports = new Set(bundle!.imports.filter(({ external }) => external).map(({ path }) => path));
  expect([...imports].toSorted()).toEqual(['./quickjs.wasm', 'node:async_hooks']);
  expect(Object.keys(inputs).filter((file) => file.includes('/core/src/'))).toEqual([]);
});

type Result = Awaited<ReturnType<ConnectedClient['callTool']>>;

// Clients of 2025 accept only objects, so a scalar is sent to them as `{ result }`.
function resultOf({ structuredContent }: Result): unknown {
  const isObject = typeof structuredContent === 'object' && structuredContent;
  return isObject && 'result' in structuredContent ? structuredContent.result : structuredContent;
}

function textOf({ content }: Result): string | undefined {
  return (content as { text?: string }[])[0]?.text;
}

/** The HTTP status in an error of the official clients: one calls it `status`, the other `code`. */
function hasStatus(status: number) {
  return (error: { status?: number; code?: number }) => (error.status ?? error.code) === status;
}

function post(url: string, name: string, args?: Record<string, unknown>): Promise<Response> {
  return fetch(url, { method: 'POST', ...toRequest(name, args) });
}

function toRequest(name: string, args: Record<string, unknown> = {}) {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const params = { name, arguments: args, _meta };
  return {
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': name,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
  };
}
