import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { promisify } from 'node:util';

import { connectHttp, revisions, startCommand, type RunningServer } from 'example-testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const exec = promisify(execFile);
const folder = new URL('..', import.meta.url);
const readme = await readFile(new URL('../../../README.md', import.meta.url), 'utf8');
const file = await readFile(new URL('server.ts', folder), 'utf8');

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await promisify(server.close.bind(server))();
  return port;
}

let server: RunningServer;
beforeAll(async () => {
  server = await startCommand('tsx server.ts', { folder, env: { PORT: String(await findFreePort()) } });
});
afterAll(() => server?.[Symbol.asyncDispose]());

describe('the README', () => {
  test('shows one complete file, which is started here', () => {
    const [, shown] = /^```ts\n([^]*?)^```$/m.exec(readme) ?? [];
    expect(shown).toBe(file);
    expect(file.trimEnd().split('\n').length).toBeLessThanOrEqual(30);
  });

  test('has its first call, with curl, on the first screen', () => {
    expect(readme.slice(0, readme.indexOf('curl ')).split('\n').length).toBeLessThanOrEqual(60);
  });

  test('shows a line for curl, and the answer that curl gets', async () => {
    const [, line = '', answer = ''] = /^```sh\n(curl [^]*?)^```\n+```json\n([^]*?)^```/m.exec(readme) ?? [];
    expect(line).toContain('http://localhost:3000/mcp');
    const { stdout } = await exec('sh', ['-c', line.replace('http://localhost:3000/mcp', server.url)]);
    expect(JSON.parse(stdout)).toEqual(JSON.parse(answer));
  });

  test('names the endpoint of the file in the line for Claude Code', () => {
    expect(readme).toMatch(/^claude mcp add --transport http \w+ http:\/\/localhost:3000\/mcp$/m);
  });
});

test.each(revisions)(
  'the official client of %s calls the tool, in the context of its request',
  async (revision) => {
    await using client = await connectHttp(revision, server.url, { 'x-user': 'Ben' });
    expect(await client.listTools()).toEqual(['hello']);
    const { content } = await client.callTool('hello', { name: 'Ada' });
    expect(content).toEqual([{ type: 'text', text: 'Hi Ada, says Ben' }]);
  },
);

test('programs call the same procedure over tRPC', async () => {
  const url = server.url.replace(/mcp$/, `trpc/hello?input=${encodeURIComponent('{"name":"Ada"}')}`);
  const response = await fetch(url);
  expect(await response.json()).toEqual({ result: { data: 'Hi Ada, says a guest' } });
});

test('a browser gets the inspector', async () => {
  const response = await fetch(server.url, { headers: { accept: 'text/html' } });
  expect(await response.text()).toContain('id="root"');
});
