import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const folder = fileURLToPath(new URL('.', import.meta.url));
const dockerfile = await readFile(new URL('Dockerfile', import.meta.url), 'utf8');

test('docs/deploy/docker.md shows the whole of the Dockerfile', async () => {
  const page = await readFile(new URL('../../docs/deploy/docker.md', import.meta.url), 'utf8');
  expect(/^```dockerfile\n([^]*?)^```$/m.exec(page)?.[1]).toBe(dockerfile);
});

test('the server of a container is healthy, serves its names, and ends when it is told to', async () => {
  const child = spawn(process.execPath, ['--import', 'tsx', 'container.ts'], {
    cwd: folder,
    env: { ...process.env, PORT: '0', NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  let printed = '';
  for await (const chunk of child.stdout) {
    printed += String(chunk);
    if (printed.includes('\n')) break;
  }
  const { port, address } = JSON.parse(printed.slice(printed.indexOf('{'))) as {
    port: number;
    address: string;
  };
  expect(address).toBe('0.0.0.0');

  expect(await runHealthCheck(port)).toBe(0);
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
  const headers = { 'content-type': 'application/json' };
  const call = (name: string) => fetch(`http://${name}:${port}/mcp`, { method: 'POST', headers, body });
  expect((await call('localhost')).status).toBe(200);
  expect((await call('127.0.0.1')).status).toBe(403);

  child.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
  expect(await runHealthCheck(port)).toBe(1);
});

/** Runs the command of HEALTHCHECK, and returns its exit code. */
async function runHealthCheck(port: number): Promise<number> {
  const [, json = ''] = /^HEALTHCHECK .*? CMD (\[.*\])$/m.exec(dockerfile) ?? [];
  const [command = '', ...args] = JSON.parse(json) as string[];
  const check = spawn(command, args, { env: { ...process.env, PORT: String(port) }, stdio: 'ignore' });
  const [code] = (await once(check, 'exit')) as [number];
  return code;
}
