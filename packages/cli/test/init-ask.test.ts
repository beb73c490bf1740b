import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createApp } from './app.ts';
import { plainEnv, run } from './run.ts';
import { express, fastify, turbo } from './shapes.ts';
import { loadPty, openTty } from './tty.ts';

const pty = await loadPty();
const server = (cwd: string): string => readFileSync(join(cwd, 'src/server.ts'), 'utf8');

test.runIf(pty)('shows the diff, asks which procedures, and writes after a yes', async () => {
  const cwd = createApp(express);
  const tty = openTty(pty!, ['init'], { cwd });
  await tty.see('Which procedures may agents use?');
  tty.type('\r');
  await tty.see('+++ b/src/server.ts');
  await tty.see('+app.use("/api/mcp", mcpHandler(');
  await tty.see(/Write \d files\?/);
  tty.type('y');
  expect(await tty.end).toBe(0);
  expect(tty.text()).toContain('npx @trpc-mcp/cli list');
  expect(server(cwd)).toContain('mcpHandler(appRouter, { createContext, tag:');
});

test.runIf(pty)('lets a person pick the procedures of the router', async () => {
  const cwd = createApp(express);
  const tty = openTty(pty!, ['init'], { cwd });
  await tty.see('Which procedures may agents use?');
  tty.type('\x1b[B\r');
  await tty.see('Which ones?');
  tty.type(' \x1b[B \r');
  await tty.see(/Write \d files\?/);
  tty.type('y');
  expect(await tty.end).toBe(0);
  expect(server(cwd)).toContain('tag: ({ path }) => ["forget", "hello"].includes(path)');
});

test.runIf(pty)('leaves the files alone after a no, and after Ctrl-C', async () => {
  for (const keys of ['n', '\x03']) {
    const cwd = createApp(express);
    const tty = openTty(pty!, ['init', '--tag', 'none'], { cwd });
    await tty.see(/Write \d files\?/);
    tty.type(keys);
    expect(await tty.end).toBe(130);
    expect(server(cwd)).toBe(express['src/server.ts']);
    expect(existsSync(join(cwd, 'trpc-mcp.config.ts'))).toBe(false);
  }
});

test('asks nobody where there is no terminal, and says what to do', async () => {
  const cwd = createApp(express);
  const { code, stderr, stdout } = await run(['init'], { cwd });
  expect(stdout).toContain('+app.use("/api/mcp"');
  expect(stderr).toContain('Run it with --print to see what would change, and with --yes to write it.');
  expect(code).toBe(2);
  expect(server(cwd)).toBe(express['src/server.ts']);
});

test('prints what would change and writes nothing, also as JSON', async () => {
  const cwd = createApp(express);
  const { code, stdout } = await run(['init', '--print', '--json'], { cwd });
  expect(JSON.parse(stdout)).toEqual({
    changed: ['src/trpc.ts', 'src/server.ts', 'package.json', 'trpc-mcp.config.ts'],
    isWritten: false,
    present: [],
    byHand: [],
    warnings: [expect.stringContaining('No procedure is a tool yet.')],
    path: '/api/mcp',
    target: 'src/router.ts#appRouter',
  });
  expect(code).toBe(0);
  expect(server(cwd)).toBe(express['src/server.ts']);
});

test('tags nothing that nobody named, and says how to', async () => {
  const cwd = createApp(express);
  const { code, stderr } = await run(['init', '--yes'], { cwd });
  expect(code).toBe(0);
  expect(server(cwd)).toContain('app.use("/api/mcp", mcpHandler(appRouter, { createContext }));');
  expect(stderr).toContain('or give this command --tag queries or --tag with their paths.');
  const again = await run(['init', '--yes', '--tag', 'queries'], { cwd });
  expect(again.stderr).toContain('Give it the option tag: ({ type }) => type === "query"');
  expect(server(cwd)).toContain('app.use("/api/mcp", mcpHandler(appRouter, { createContext }));');
});

test('writes nothing at all where one of the files cannot be written', async () => {
  const cwd = createApp(turbo);
  const route = 'apps/web/src/app/api/mcp';
  const before = readFileSync(join(cwd, 'packages/api/src/trpc.ts'), 'utf8');
  writeFileSync(join(cwd, route), 'a file where the folder of the route should be');
  const { code, stderr } = await run(['init', '--yes'], { cwd });
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringMatching(/mcp\/route.ts could not be written: \w+\n.*Nothing was changed\./),
  });
  expect(readFileSync(join(cwd, 'packages/api/src/trpc.ts'), 'utf8')).toBe(before);
});

test('says what to do by hand where it finds no tRPC, several places, or a folder that is not there', async () => {
  const nothing = await run(['init'], { cwd: createApp({ 'src/a.ts': 'export {};' }) });
  expect(nothing).toMatchObject({ code: 1, stderr: expect.stringContaining('No tRPC was found in .') });
  const folder = await run(['init', 'none'], { cwd: createApp({}) });
  expect(folder).toMatchObject({ code: 2, stderr: expect.stringContaining('There is no folder none') });
  const two = createApp({ ...express, 'src/other.ts': express['src/server.ts']! });
  const several = await run(['init', '--yes'], { cwd: two });
  expect(several).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Say which with --host: src/other.ts, src/server.ts.'),
  });
  const chosen = await run(['init', '--yes', '--host', 'src/server.ts'], { cwd: two });
  expect(chosen.code).toBe(0);
  expect(readFileSync(join(two, 'src/other.ts'), 'utf8')).toBe(express['src/server.ts']);
});

test('warns where git has changes that are not committed', async () => {
  const cwd = createApp(fastify);
  execFileSync('git', ['init', '-q'], { cwd, env: plainEnv() });
  writeFileSync(join(cwd, 'new.txt'), 'new');
  const { code, stderr } = await run(['init', '--yes'], { cwd });
  expect(stderr).toContain('warning: git has changes that are not committed.');
  expect(code).toBe(0);
});
