import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client as Client2025 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as Transport2025 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createApp } from './app.ts';
import { bin, plainEnv, run } from './run.ts';

const noisyRouter = `
import { initTRPC } from '@trpc/server';
console.log('loading');
process.stdout.write('more noise\\n');
const t = initTRPC.context<{ user?: string }>().meta<any>().create();
// As a pool of connections does, this keeps the process alive.
setInterval(() => {}, 1000);
export const appRouter = t.router({
  where: t.procedure.meta({ mcp: { description: 'Says where it runs.' } }).query(({ ctx }) => {
    console.log('called');
    process.stdout.write('noise of a call\\n');
    return { cwd: process.cwd(), secret: process.env.APP_SECRET ?? null, user: ctx.user ?? null };
  }),
});
`;
const files = {
  'src/router.ts': noisyRouter,
  'src/ctx.ts': `export default { user: 'ada' };\n`,
  '.env': 'APP_SECRET=from-env-file\n',
};

interface Entry {
  command: string;
  args: string[];
  env?: Record<string, string>;
}

/** Starts a command as a client does, with both official clients, and says what the tool answered. */
async function startEntry({ command, args, env }: Entry, cwd: string): Promise<unknown[]> {
  const settings = {
    command,
    args,
    cwd,
    env: { PATH: process.env['PATH']!, ...env },
    stderr: 'pipe',
  } as const;
  const answers: unknown[] = [];
  const modern = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'auto' } });
  const old = new Client2025({ name: 'test', version: '1' });
  for (const [client, transport] of [
    [modern, new StdioClientTransport(settings)],
    [old, new Transport2025(settings)],
  ] as const) {
    await client.connect(transport);
    const { tools } = await client.listTools();
    const result = await client.callTool({ name: tools[0]!.name, arguments: {} });
    answers.push(result.structuredContent);
    const { pid } = transport;
    await client.close();
    // The client waits for the process to end before it kills it.
    expect(() => process.kill(pid!, 0)).toThrow();
  }
  return answers;
}

describe('over stdio', () => {
  test('a client gets only the protocol, in the folder and with the .env of the app, wherever it starts', async () => {
    const app = createApp(files);
    const answer = { cwd: app, secret: 'from-env-file', user: 'ada' };
    const args = [bin, 'serve', join(app, 'src/router.ts'), '--ctx', join(app, 'src/ctx.ts')];
    expect(await startEntry({ command: process.execPath, args }, '/')).toEqual([answer, answer]);
  });

  test('--cwd is the folder that paths are relative to', async () => {
    const app = createApp(files);
    const args = [bin, 'serve', 'src/router.ts#appRouter', '--cwd', app];
    const answer = { cwd: app, secret: 'from-env-file', user: null };
    expect(await startEntry({ command: process.execPath, args }, '/')).toEqual([answer, answer]);
  });

  test('what keeps an app from being served is told on standard error', async () => {
    const app = createApp({ 'src/router.ts': 'export const a = 1;', 'src/broken.ts': 'export const = 1;' });
    const told = async (spec: string, ...more: string[]) => {
      const { code, stdout, stderr } = await run(['serve', spec, ...more], { cwd: app });
      return [code, stdout, stderr.split('\n')[0]];
    };
    expect(await told('src/router.ts')).toEqual([3, '', 'error: src/router.ts exports no tRPC router']);
    expect(await told('src/nothing.ts')).toEqual([3, '', 'error: There is no module src/nothing.ts']);
    expect((await told('src/broken.ts')).slice(0, 2)).toEqual([3, '']);
    expect(await told('src/router.ts', '--cwd', 'nowhere')).toEqual([
      3,
      '',
      `error: There is no folder ${join(app, 'nowhere')}.`,
    ]);
  });
});

describe.runIf(process.platform === 'linux')('the entry that connect writes', () => {
  test('starts the app, from the folder in which the client starts it', async () => {
    const home = createApp({});
    const app = createApp({
      ...Object.fromEntries(Object.entries(files).map(([name, text]) => [`the app/${name}`, text])),
      'the app/package.json': '{"name":"@acme/app","type":"module"}',
    });
    // The command as a package that the app has installed.
    const installed = join(app, 'the app/node_modules/@trpc-mcp');
    mkdirSync(installed, { recursive: true });
    symlinkSync(fileURLToPath(new URL('..', import.meta.url)), join(installed, 'cli'), 'junction');
    const clients = ['claude-code', 'claude-desktop', 'cursor'].flatMap((name) => ['--client', name]);
    const given = ['--env', 'EXTRA=1', '--ctx', 'the app/src/ctx.ts', '--yes'];
    const { code, stderr } = await run(['connect', 'the app/src/router.ts', ...clients, ...given], {
      cwd: app,
      env: { HOME: home },
    });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const answer = { cwd: join(app, 'the app'), secret: 'from-env-file', user: 'ada' };
    const readEntry = (file: string): Entry => {
      const text = readFileSync(file, 'utf8').replaceAll('${workspaceFolder}', app);
      return (JSON.parse(text) as { mcpServers: Record<string, Entry> }).mcpServers['acme-app']!;
    };
    const desktop = readEntry(join(home, '.config/Claude/claude_desktop_config.json'));
    expect(desktop.env).toEqual({ EXTRA: '1' });
    expect(await startEntry(desktop, '/')).toEqual([answer, answer]);
    expect(await startEntry(readEntry(join(app, '.cursor/mcp.json')), '/')).toEqual([answer, answer]);
    expect(await startEntry(readEntry(join(app, '.mcp.json')), app)).toEqual([answer, answer]);
  }, 180_000);
});

/** Starts the command, and reads what it says. */
function start(args: readonly string[], cwd: string) {
  const child: ChildProcess = spawn(process.execPath, [bin, ...args], {
    cwd,
    env: plainEnv(),
    stdio: 'pipe',
  });
  const waiting = new Set<() => void>();
  // What one stream says comes in order; which of the two comes first is chance.
  const said = [child.stdout!, child.stderr!].map((stream) => ({ stream, text: '', seen: 0 }));
  for (const one of said) {
    one.stream.setEncoding('utf8').on('data', (part: string) => {
      one.text += part;
      for (const each of waiting) each();
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  const see = (wanted: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const look = () => {
        for (const one of said) {
          const found = wanted.exec(one.text.slice(one.seen));
          if (!found) continue;
          one.seen += found.index + found[0].length;
          waiting.delete(look);
          return resolve(found);
        }
      };
      waiting.add(look);
      void ended.then(() =>
        reject(new Error(`it ended before ${wanted.source}:\n${said.map(({ text }) => text).join('')}`)),
      );
      look();
    });
  return { see, child, ended };
}

describe('by HTTP', () => {
  const routerOf = (tools: string) => `
import { initTRPC } from '@trpc/server';
const t = initTRPC.meta<any>().create();
export const appRouter = t.router({ ${tools} });
`;
  const one = `first: t.procedure.meta({ mcp: { description: 'One.' } }).query(() => 1),`;
  const two = `${one} second: t.procedure.meta({ mcp: { description: 'Two.' } }).query(() => 2),`;

  test('a client sees a new tool after an edit, is told of it, and a fault in between does not end the server', async () => {
    const app = createApp({ 'src/router.ts': routerOf(one) });
    const router = join(app, 'src/router.ts');
    const { see, child, ended } = start(['serve', 'src/router.ts', '--http', '0'], app);
    const url = (await see(/http:\/\/localhost:\d+\/mcp/))[0];
    await see(/loaded again/);
    let tell: () => void = () => undefined;
    const told = new Promise<void>((resolve) => (tell = resolve));
    const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'auto' } });
    client.setNotificationHandler('notifications/tools/list_changed', () => tell());
    await client.connect(new StreamableHTTPClientTransport(new URL(url)));
    const names = async () =>
      (await client.listTools(undefined, { cacheMode: 'bypass' } as never)).tools.map(({ name }) => name);
    expect(await names()).toEqual(['first']);
    await client.listen({ toolsListChanged: true });

    writeFileSync(router, 'export const = broken;');
    await see(/error: [\s\S]*The version before is still served/);
    expect(await names()).toEqual(['first']);

    writeFileSync(router, routerOf(two));
    await see(/Reloaded: src\/router\.ts has changed/);
    await told;
    expect(await names()).toEqual(['first', 'second']);
    const { structuredContent } = await client.callTool({ name: 'second', arguments: {} });
    expect(structuredContent).toEqual(2);
    await client.close();
    child.kill('SIGINT');
    expect(await ended).toBe(0);
  });

  test('an app that does not load yet is said to clients, and served once it does', async () => {
    const app = createApp({ 'src/router.ts': 'export const = broken;', '.env': 'NAME=a' });
    const { see } = start(['serve', 'src/router.ts', '--http', '0'], app);
    const url = (await see(/http:\/\/localhost:\d+\/mcp/))[0];
    await see(/loaded again/);
    expect((await fetch(url, { method: 'POST' })).status).toBe(503);
    writeFileSync(
      join(app, 'src/router.ts'),
      routerOf(`env: t.procedure.meta({ mcp: { description: 'Tells.' } }).query(() => process.env.NAME),`),
    );
    await see(/Reloaded/);
    const ask = async () => {
      const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'auto' } });
      await client.connect(new StreamableHTTPClientTransport(new URL(url)));
      const { structuredContent } = await client.callTool({ name: 'env', arguments: {} });
      await client.close();
      return structuredContent;
    };
    expect(await ask()).toEqual('a');
    writeFileSync(join(app, '.env'), 'NAME=b');
    await see(/Reloaded: \.env has changed/);
    expect(await ask()).toEqual('b');
  });

  test('a port that is taken is told, and a path without anything too', async () => {
    const app = createApp({ 'src/router.ts': routerOf(one) });
    const other = createServer();
    onTestFinished(() => void other.close());
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await run(['serve', 'src/router.ts', '--http', String(port)], { cwd: app });
    expect([code, stderr.split('\n')[0]]).toEqual([3, `error: Port ${port} is taken by another program.`]);
    const { see } = start(['serve', 'src/router.ts', '--http', '0', '--no-watch'], app);
    const url = (await see(/http:\/\/localhost:\d+\/mcp/))[0];
    const { status } = await fetch(url.replace('/mcp', '/'));
    expect(status).toBe(404);
  });
});
