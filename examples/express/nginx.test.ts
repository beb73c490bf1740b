import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { createApp, type Watch } from './behind-proxy.ts';

const nginx = spawnSync('nginx', ['-v']).status === 0;
if (!nginx) {
  if (process.env['REQUIRE_NGINX'])
    throw new Error('REQUIRE_NGINX is set, and there is no nginx on the PATH');
  console.warn('There is no nginx on the PATH: the tests of nginx.conf are left out.');
}

const siteFile = await readFile(new URL('nginx.conf', import.meta.url), 'utf8');
const host = 'app.example.com';

const page = await readFile(new URL('../../docs/deploy/reverse-proxies.md', import.meta.url), 'utf8');
const [shown, prefix = ''] = [...page.matchAll(/^```nginx\n([^]*?)^```$/gm)].map(([, block]) => block);

test('docs/deploy/reverse-proxies.md shows the whole of nginx.conf', () => {
  expect(shown).toBe(siteFile);
});

test.skipIf(!nginx)('another path is served as the page says', async () => {
  await using proxy = await startBehindNginx((site) => site.replace(/\}\n$/, `${prefix}}\n`));
  expect(await call(proxy.port, 'whereFrom', { path: '/api/assistant' })).toMatchObject({ status: 200 });
  expect(await call(proxy.port, 'whereFrom', { path: '/api/other' })).toMatchObject({ status: 404 });
});

test.skipIf(!nginx)(
  'nginx passes a call on, with the name and the address that the client used',
  async () => {
    await using proxy = await startBehindNginx();
    expect(await call(proxy.port, 'whereFrom')).toMatchObject({
      status: 200,
      message: { result: { structuredContent: { address: '127.0.0.1', isSecure: false } } },
    });
  },
);

test.skipIf(!nginx)('a name that is not in allowedHosts is refused, which names the option', async () => {
  await using proxy = await startBehindNginx();
  const refused = await call(proxy.port, 'whereFrom', { host: 'evil.example' });
  expect(refused).toMatchObject({
    status: 403,
    message: {
      error: { message: 'Host "evil.example" is not served here; add it to the option allowedHosts' },
    },
  });
});

test.skipIf(!nginx)('without its line for Host, nginx sends the name of its upstream', async () => {
  await using proxy = await startBehindNginx((text) => without(text, 'proxy_set_header Host $host;'));
  expect(await call(proxy.port, 'whereFrom')).toMatchObject({
    status: 403,
    message: { error: { message: 'Host "app" is not served here; add it to the option allowedHosts' } },
  });
});

test.skipIf(!nginx)('a page of the same name may call', async () => {
  await using proxy = await startBehindNginx();
  const statuses = ['https://app.example.com', 'https://evil.example'].map(
    async (origin) => (await call(proxy.port, 'whereFrom', { origin })).status,
  );
  expect(await Promise.all(statuses)).toEqual([200, 403]);
});

test.skipIf(!nginx)('arguments of more than 1 MB pass because of client_max_body_size', async () => {
  const large = { text: 'x'.repeat(2_000_000) };
  await using proxy = await startBehindNginx();
  expect(await call(proxy.port, 'size', { arguments: large })).toMatchObject({
    status: 200,
    message: { result: { structuredContent: 2_000_000 } },
  });
  await using narrow = await startBehindNginx((text) => without(text, 'client_max_body_size 4m;'));
  expect(await call(narrow.port, 'size', { arguments: large })).toMatchObject({ status: 413 });
});

const streams = [
  ['with proxy_buffering off', (text: string) => text],
  [
    'with buffering on, because X-Accel-Buffering turns it off',
    (text: string) => without(text, 'proxy_buffering off;'),
  ],
] as const;

test.skipIf(!nginx).each(streams)('progress arrives while the call runs, %s', async (_, change) => {
  const first = defer();
  await using proxy = await startBehindNginx(change, async (step) => {
    // Ends the call only when its progress has arrived.
    if (step === 1) await first.promise;
  });
  const response = await send(proxy.port, 'work', { progress: true });
  expect(response.headers['content-type']).toBe('text/event-stream');
  let received = '';
  for await (const chunk of response) {
    received += String(chunk);
    if (received.includes('step 1')) first.resolve();
  }
  expect(received).toMatch(/step 1[^]*"done"/);
});

test.skipIf(!nginx)('a client that leaves ends the call', async () => {
  const aborted = defer();
  await using proxy = await startBehindNginx(undefined, async (_step, signal) => {
    signal?.addEventListener('abort', () => aborted.resolve());
    await aborted.promise;
  });
  const response = await send(proxy.port, 'work', { progress: true });
  response.once('data', () => response.destroy());
  // If the call went on, this would not end.
  await aborted.promise;
});

interface CallSettings {
  path?: string;
  host?: string;
  origin?: string;
  arguments?: Record<string, unknown>;
  progress?: boolean;
}

/** Calls a tool as a client of 2026 does. `fetch` would not send another Host than the one in its URL. */
async function send(port: number, name: string, settings: CallSettings = {}): Promise<IncomingMessage> {
  const protocol = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' };
  const capabilities = { 'io.modelcontextprotocol/clientCapabilities': {} };
  const token = settings.progress ? { progressToken: 1 } : {};
  const outgoing = request({
    port,
    path: settings.path ?? '/mcp',
    method: 'POST',
    headers: {
      host: settings.host ?? host,
      ...(settings.origin && { origin: settings.origin }),
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': name,
    },
  });
  outgoing.end(
    JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: {
        name,
        arguments: settings.arguments ?? {},
        _meta: { ...protocol, ...capabilities, ...token },
      },
    }),
  );
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  return response;
}

async function call(port: number, name: string, settings?: CallSettings) {
  const response = await send(port, name, settings);
  const body = await readText(response);
  const isJson = response.headers['content-type']?.startsWith('application/json') ?? false;
  return { status: response.statusCode, message: isJson ? (JSON.parse(body) as unknown) : body };
}

/** A promise, and what resolves it. */
function defer() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve: () => resolve() };
}

function without(configuration: string, line: string): string {
  expect(configuration).toContain(line);
  return configuration.replaceAll(line, '');
}

/** Starts the app and an nginx in front of it, which has nginx.conf with other ports. */
async function startBehindNginx(
  change: (configuration: string) => string = (text) => text,
  onStep: Watch['onStep'] = async () => {},
) {
  const app = createServer(createApp({ onStep })).listen(0, '127.0.0.1');
  await once(app, 'listening');
  const port = await freePort();
  const site = change(siteFile)
    .replace('listen 80;', `listen 127.0.0.1:${port};`)
    .replace('server 127.0.0.1:3000;', `server 127.0.0.1:${(app.address() as AddressInfo).port};`);
  const folder = await mkdtemp(join(tmpdir(), 'nginx-'));
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  const main = `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
events {}
http { access_log off; ${paths.join(' ')}
${site} }`;
  await writeFile(join(folder, 'main.conf'), main);
  const child = spawn('nginx', ['-e', `${folder}/error.log`, '-c', `${folder}/main.conf`], {
    stdio: 'inherit',
  });
  const ended = once(child, 'exit');
  await Promise.race([
    answers(port),
    ended.then(async () => {
      throw new Error(`nginx has stopped: ${await readFile(`${folder}/error.log`, 'utf8')}`);
    }),
  ]);
  return {
    port,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended;
      app.closeAllConnections();
      app.close();
      await rm(folder, { recursive: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Resolves when somebody listens on the port. */
async function answers(port: number): Promise<void> {
  for (;;) {
    const isThere = await fetch(`http://127.0.0.1:${port}/nothing`).then(
      () => true,
      () => false,
    );
    if (isThere) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
