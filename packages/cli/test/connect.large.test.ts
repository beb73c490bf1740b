import { mcpHandler } from '@trpc-mcp/core/node';
import type { McpMeta } from '@trpc-mcp/core';
import { parse as parseToml } from '@decimalturn/toml-patch';
import { initTRPC } from '@trpc/server';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from './app.ts';
import { run } from './run.ts';

const t = initTRPC.meta<McpMeta>().create();
const router = t.router({
  ping: t.procedure.meta({ mcp: { description: 'Answers pong.' } }).query(() => 'pong'),
});
const mcp = mcpHandler(router, { server: { name: 'acme_orders', version: '1' } });
const server = createServer((req, res) => void mcp(req, res));
let url: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://localhost:${(server.address() as AddressInfo).port}/mcp`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** A project and a home of its own. */
function createPlace(files: Readonly<Record<string, string>> = {}) {
  const project = createApp({});
  const home = createApp({});
  for (const [name, text] of Object.entries(files))
    write(name.startsWith('~') ? home + name.slice(1) : join(project, name), text);
  const env = { HOME: home };
  return {
    project,
    home,
    env,
    connect: (...args: string[]) => run(['connect', ...args], { cwd: project, env }),
  };
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

const read = (folder: string, name: string): string => readFileSync(join(folder, name), 'utf8');

describe('each client gets its own format', () => {
  const cases: [client: string, scope: string, file: string, container: string, entry: object][] = [
    ['claude-code', '--project', '.mcp.json', 'mcpServers', { type: 'http', url: 'URL' }],
    ['claude-code', '--user', '~/.claude.json', 'mcpServers', { type: 'http', url: 'URL' }],
    [
      'claude-desktop',
      '--user',
      '~/.config/Claude/claude_desktop_config.json',
      'mcpServers',
      { command: 'npx', args: ['-y', 'mcp-remote', 'URL'] },
    ],
    ['cursor', '--project', '.cursor/mcp.json', 'mcpServers', { url: 'URL' }],
    ['cursor', '--user', '~/.cursor/mcp.json', 'mcpServers', { url: 'URL' }],
    ['vscode', '--project', '.vscode/mcp.json', 'servers', { type: 'http', url: 'URL' }],
    ['vscode', '--user', '~/.config/Code/User/mcp.json', 'servers', { type: 'http', url: 'URL' }],
    ['codex', '--project', '.codex/config.toml', 'mcp_servers', { url: 'URL' }],
    ['codex', '--user', '~/.codex/config.toml', 'mcp_servers', { url: 'URL' }],
    ['gemini', '--project', '.gemini/settings.json', 'mcpServers', { httpUrl: 'URL' }],
    ['gemini', '--user', '~/.gemini/settings.json', 'mcpServers', { httpUrl: 'URL' }],
    ['windsurf', '--user', '~/.codeium/windsurf/mcp_config.json', 'mcpServers', { serverUrl: 'URL' }],
    ['zed', '--project', '.zed/settings.json', 'context_servers', { url: 'URL' }],
    ['zed', '--user', '~/.config/zed/settings.json', 'context_servers', { url: 'URL' }],
  ];

  test.runIf(process.platform === 'linux').each(cases)(
    '%s %s in a new file',
    async (client, scope, file, container, entry) => {
      const { project, home, connect } = createPlace();
      const target = `${url}?toolsets=ping&readonly=1`;
      const { code, stderr } = await connect(target, '--client', client, scope, '--yes');
      expect({ code, stderr }).toMatchObject({ code: 0 });
      const path = file.startsWith('~') ? home + file.slice(1) : join(project, file);
      const text = readFileSync(path, 'utf8');
      const written: unknown = file.endsWith('.toml') ? parseToml(text) : JSON.parse(text);
      expect(written).toEqual({
        [container]: { 'acme-orders': JSON.parse(JSON.stringify(entry).replace('URL', target)) },
      });
    },
  );
});

test('what is in a file stays: comments, other entries, line ends, trailing commas, the byte order mark', async () => {
  const before =
    '\uFEFF{\r\n\t// mine\r\n\t"mcpServers": {\r\n\t\t"other": { "command": "x" }, // theirs\r\n\t},\r\n\t"theme": "dark", /* end */\r\n}\r\n';
  const { project, connect } = createPlace({ '.gemini/settings.json': before });
  expect((await connect(url, '--client', 'gemini', '--yes')).code).toBe(0);
  expect(read(project, '.gemini/settings.json')).toBe(
    before.replace(
      '// theirs\r\n',
      `// theirs\r\n\t\t"acme-orders": {\r\n\t\t\t"httpUrl": "${url}"\r\n\t\t},\r\n`,
    ),
  );
});

test('comments and other tables of config.toml stay', async () => {
  const before =
    '# mine\r\nmodel = "o3" # the model\r\n\r\n[mcp_servers.other]\r\ncommand = "x" # theirs\r\n';
  const { project, connect } = createPlace({ '.codex/config.toml': before });
  expect((await connect(url, '--client', 'codex', '--yes')).code).toBe(0);
  expect(read(project, '.codex/config.toml')).toBe(
    `${before}\r\n[mcp_servers.acme-orders]\r\nurl = "${url}"\r\n`,
  );
});

test('a second run changes nothing', async () => {
  const { project, connect } = createPlace();
  const args = [url, '--client', 'cursor', '--client', 'codex', '--yes'];
  await connect(...args);
  const before = [read(project, '.cursor/mcp.json'), read(project, '.codex/config.toml')];
  const { code, stderr } = await connect(...args);
  expect(code).toBe(0);
  expect(stderr).toContain('has it already');
  expect([read(project, '.cursor/mcp.json'), read(project, '.codex/config.toml')]).toEqual(before);
});

test('a broken file is told with line and column, and no file is written', async () => {
  const broken = '{\n  "mcpServers": {\n    "a": {,}\n  }\n}\n';
  const { project, connect } = createPlace({ '.cursor/mcp.json': broken });
  const { code, stderr } = await connect(url, '--client', 'vscode', '--client', 'cursor', '--yes');
  expect(code).toBe(2);
  expect(stderr).toContain(`${join(project, '.cursor/mcp.json')}:3:11 can't be edited: value expected.`);
  expect(read(project, '.cursor/mcp.json')).toBe(broken);
  expect(existsSync(join(project, '.vscode/mcp.json'))).toBe(false);
  const printed = await connect(url, '--client', 'cursor', '--print');
  expect([printed.code, printed.stdout.includes(`"url": "${url}"`)]).toEqual([0, true]);
});

test('a link is followed, and the mode of a file stays', async () => {
  const { project, home, connect } = createPlace({ '~/dotfiles/cursor.json': '{}\n' });
  chmodSync(join(home, 'dotfiles/cursor.json'), 0o600);
  mkdirSync(join(project, '.cursor'));
  symlinkSync(join(home, 'dotfiles/cursor.json'), join(project, '.cursor/mcp.json'));
  expect((await connect(url, '--client', 'cursor', '--yes')).code).toBe(0);
  expect(lstatSync(join(project, '.cursor/mcp.json')).isSymbolicLink()).toBe(true);
  expect(statSync(join(home, 'dotfiles/cursor.json')).mode & 0o777).toBe(0o600);
  expect(read(home, 'dotfiles/cursor.json')).toContain('acme-orders');
});

test('an entry of another server is replaced only under a name that was given', async () => {
  const before = '{"mcpServers":{"acme-orders":{"url":"https://other.example/mcp"}}}';
  const { project, connect } = createPlace({ '.cursor/mcp.json': before });
  const refused = await connect(url, '--client', 'cursor', '--yes');
  expect([refused.code, read(project, '.cursor/mcp.json')]).toEqual([1, before]);
  expect(refused.stderr).toContain('leads to another server, and was left alone');
  expect((await connect(url, '--client', 'cursor', '--yes', '--name', 'acme-orders')).code).toBe(0);
  expect(JSON.parse(read(project, '.cursor/mcp.json'))).toEqual({ mcpServers: { 'acme-orders': { url } } });
});

test('unusual names become legal ones', async () => {
  const { connect } = createPlace();
  const nameOf = async (name: string) => {
    const { stdout } = await connect(url, '--client', 'codex', '--print', '--json', '--name', name);
    return (JSON.parse(stdout) as { name?: string; error?: { code: number } }).name;
  };
  expect(await nameOf('My Server!')).toBe('My-Server');
  expect(await nameOf('@acme/orders.v2')).toBe('acme-orders-v2');
  expect(await nameOf('Größe')).toBe('Gro-e');
  expect(await nameOf('__proto__')).toBe('proto');
  expect(await nameOf('日本')).toBeUndefined();
});

test('a secret is a reference where the client has one, and the command says which variable to set', async () => {
  const { project, connect } = createPlace();
  const clients = ['claude-code', 'cursor', 'vscode', 'codex', 'gemini'].flatMap((name) => [
    '--client',
    name,
  ]);
  const { code, stdout, stderr } = await connect(
    url,
    ...clients,
    '--yes',
    '--header',
    'Authorization: Bearer s3cret-value',
  );
  expect(code).toBe(0);
  const files = [
    '.mcp.json',
    '.cursor/mcp.json',
    '.vscode/mcp.json',
    '.codex/config.toml',
    '.gemini/settings.json',
  ];
  const texts = files.map((file) => read(project, file));
  expect([...texts, stdout, stderr].join('\n')).not.toContain('s3cret-value');
  expect(texts.map((text) => /"?Bearer [^"]+"?|bearer_token_env_var = .*/.exec(text)?.[0])).toEqual([
    '"Bearer ${ACME_ORDERS_TOKEN}"',
    '"Bearer ${env:ACME_ORDERS_TOKEN}"',
    '"Bearer ${input:acme-orders-token}"',
    'bearer_token_env_var = "ACME_ORDERS_TOKEN"',
    '"Bearer ${ACME_ORDERS_TOKEN}"',
  ]);
  expect(stderr).toContain('Set ACME_ORDERS_TOKEN to the secret before you start');
});

test('a secret that has to stand in a file which git commits is warned of', async () => {
  const { project, home, connect } = createPlace();
  execFileSync('git', ['init', '-q', project]);
  const header = ['--header', 'X-Api-Key: s3cret-value'];
  const committed = await connect(url, '--client', 'zed', '--yes', ...header);
  expect([committed.code, committed.stderr.includes('which git commits')]).toEqual([0, true]);
  writeFileSync(join(project, '.gitignore'), '.zed\n');
  const ignored = await connect(url, '--client', 'zed', '--yes', '--name', 'b', ...header);
  expect([ignored.code, ignored.stderr.includes('which git commits')]).toEqual([0, false]);
  await connect(url, '--client', 'claude-desktop', '--yes', ...header);
  const file = join(home, '.config/Claude/claude_desktop_config.json');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
    mcpServers: {
      'acme-orders': {
        command: 'npx',
        args: ['-y', 'mcp-remote', url, '--header', 'X-Api-Key:${HEADER_X_API_KEY}'],
        env: { HEADER_X_API_KEY: 's3cret-value' },
      },
    },
  });
});

test('--print writes nothing, and install links have no secret', async () => {
  const { project, home, connect } = createPlace();
  const { code, stdout } = await connect(
    url,
    '--print',
    '--json',
    '--inline-secrets',
    '--header',
    'X-Custom: s3cret-value',
  );
  const { links, files } = JSON.parse(stdout) as {
    links: Record<string, string>;
    files: { client: string; file: string; written: boolean }[];
  };
  expect(code).toBe(0);
  expect(files.map(({ client, written }) => [client, written])).toHaveLength(8);
  expect(files.filter(({ file, written }) => written || existsSync(file))).toEqual([]);
  expect([existsSync(join(project, '.mcp.json')), existsSync(join(home, '.claude.json'))]).toEqual([
    false,
    false,
  ]);
  const config = new URL(links['cursor']!).searchParams;
  expect([config.get('name'), JSON.parse(Buffer.from(config.get('config')!, 'base64').toString())]).toEqual([
    'acme-orders',
    { url, headers: { 'X-Custom': '${env:ACME_ORDERS_X_CUSTOM}' } },
  ]);
  expect(JSON.parse(decodeURIComponent(links['vscode']!.replace('vscode:mcp/install?', '')))).toMatchObject({
    name: 'acme-orders',
    type: 'http',
    url,
    headers: { 'X-Custom': '${input:acme-orders-x-custom}' },
  });
  const web = new URL(links['vscodeWeb']!);
  expect([
    web.origin + web.pathname,
    web.searchParams.get('name'),
    JSON.parse(web.searchParams.get('config')!),
  ]).toEqual([
    'https://insiders.vscode.dev/redirect/mcp/install',
    'acme-orders',
    { type: 'http', url, headers: { 'X-Custom': '${input:acme-orders-x-custom}' } },
  ]);
});

test('a command line that can not be followed says what to write', async () => {
  const { connect } = createPlace();
  const told = async (...args: string[]) => {
    const { code, stderr } = await connect(...args);
    return [code, stderr.split('\n')[0]!.replace('error: ', '')];
  };
  expect(await told(url, '--client', 'cursor')).toEqual([
    2,
    'connect asks before it writes, and nobody can be asked here.',
  ]);
  expect(await told(url, '--yes')).toEqual([2, 'It is not said which clients to write.']);
  expect(await told(url, '--yes', '--client', 'emacs')).toEqual([2, 'There is no client "emacs".']);
  expect(await told(url, '--yes', '--client', 'windsurf', '--project')).toEqual([
    2,
    'Windsurf has no configuration of a project.',
  ]);
  expect(await told(url, '--yes', '--client', 'cursor', '--header', 'nonsense')).toEqual([
    2,
    'This --header has no name that a header can have.',
  ]);
  expect(await told('http://me:pw@localhost/mcp', '--yes', '--client', 'cursor')).toEqual([
    2,
    'The URL has a user name or password in it, which clients refuse.',
  ]);
  expect(await told('localhost:3000/mcp', '--yes', '--client', 'cursor')).toEqual([
    2,
    '"localhost:3000/mcp" is not the URL of an endpoint.',
  ]);
  expect(await told(`${url}x/y`, '--yes', '--client', 'chatgpt')).toEqual([
    2,
    'chatgpt has no file: it is connected in its settings, under Connectors, by the URL.',
  ]);
});

test('--check ends with 1 if something is missing, and has the same as JSON', async () => {
  const { connect } = createPlace();
  const open = await connect(url, '--check');
  expect([open.code, open.stdout.split('\n')[0]]).toEqual([0, `${url}: it asks for no credentials`]);
  const gone = await connect(
    url.replace('/mcp', ':1/mcp').replace(/:\d+:1/, ':9'),
    '--check',
    '--json',
    '--client',
    'cursor',
  );
  expect(gone.code).toBe(1);
  const report = JSON.parse(gone.stdout) as { clients: { findings: { demand: string; state: string }[] }[] };
  expect(report.clients[0]!.findings[0]).toMatchObject({ demand: 'answers', state: 'missing' });
});
