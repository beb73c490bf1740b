import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { initTRPC } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/node';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { createApp } from './app.ts';
import { run } from './run.ts';
import { loadPty, openTty } from './tty.ts';

const start = `import { initTRPC } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import { z } from 'zod';
const t = initTRPC.meta<McpMeta>().create();
const well = { description: 'Does one thing that its name does not tell, and says so.' };
const harmless = { annotations: { destructiveHint: false } };
`;
const routerOf = (procedures: string): string =>
  `${start}export const appRouter = t.router({ ${procedures} });\n`;

/** One app for each rule, with its only fault. */
const faults: Record<string, string> = {
  'description-made-up': 'users: { count: t.procedure.meta({ mcp: true }).query(() => 1) }',
  'description-missing': "users: { count: t.procedure.meta({ mcp: { description: ' ' } }).query(() => 1) }",
  'description-says-nothing':
    "users: { count: t.procedure.meta({ mcp: { description: 'TODO' } }).query(() => 1) }",
  'description-repeated':
    'users: { count: t.procedure.meta({ mcp: well }).query(() => 1), age: t.procedure.meta({ mcp: well }).query(() => 2) }',
  'argument-undescribed':
    'users: { count: t.procedure.meta({ mcp: well }).input(z.object({ value: z.string() })).query(() => 1) }',
  'argument-says-nothing':
    "users: { count: t.procedure.meta({ mcp: well }).input(z.object({ value: z.string().describe('value') })).query(() => 1) }",
  'id-unknown':
    'users: { rank: t.procedure.meta({ mcp: well }).input(z.object({ userId: z.string() })).query(() => 1) }',
  'list-unlimited':
    'users: { recent: t.procedure.meta({ mcp: well }).output(z.array(z.string())).query(() => []) }',
  'destructive-unconfirmed': 'users: { deleteAll: t.procedure.meta({ mcp: well }).mutation(() => 1) }',
  'mutation-unannotated': 'users: { greet: t.procedure.meta({ mcp: well }).mutation(() => 1) }',
  'name-ambiguous':
    "users: { rename: t.procedure.meta({ mcp: { ...well, ...harmless, name: 'update_user' } }).mutation(() => 1), alter: t.procedure.meta({ mcp: { ...harmless, description: 'Changes the name that others read.', name: 'edit_user' } }).mutation(() => 1) }",
  'name-vague': 'run: t.procedure.meta({ mcp: well }).query(() => 1)',
  'tool-tokens':
    "users: { count: t.procedure.meta({ mcp: { description: 'word '.repeat(2000) } }).query(() => 1) }",
  'list-tokens':
    '...Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`area${at}x`, t.procedure.meta({ mcp: { description: `number ${at} `.repeat(280) } }).query(() => 1)]))',
  'query-changes': 'users: { deleteAll: t.procedure.meta({ mcp: well }).query(() => 1) }',
};

interface Report {
  errors: number;
  warnings: number;
  findings: { code: string; severity: string; tool?: string; file?: string; line?: number; fix: string }[];
}

async function lint(cwd: string, ...args: string[]): Promise<Report & { exit: number | null }> {
  const { code, stdout, stderr } = await run(['lint', 'src/router.ts', '--json', ...args], { cwd });
  if (stdout === '') throw new Error(stderr);
  return { ...(JSON.parse(stdout) as Report), exit: code };
}

describe('each rule finds its fault', () => {
  test.each(Object.entries(faults))('%s', async (code, procedures) => {
    const { findings, exit } = await lint(createApp({ 'src/router.ts': routerOf(procedures) }));
    // What a client cuts of a long description comes besides.
    const codes = new Set(findings.map((each) => each.code).filter((each) => !each.includes('/')));
    expect([...codes]).toEqual([code]);
    expect(findings.every(({ fix }) => fix.length > 10)).toBe(true);
    expect(exit).toBe(0);
  });
});

test('what a client loses is an error, and ends with 1', async () => {
  const cwd = createApp({
    'src/router.ts': routerOf(`${'x'.repeat(61)}: t.procedure.meta({ mcp: well }).query(() => 1)`),
  });
  const { findings, exit } = await lint(cwd);
  expect(findings).toContainEqual(expect.objectContaining({ code: 'cursor/name-length', severity: 'error' }));
  expect(exit).toBe(1);
  expect((await lint(cwd, '--client', 'gemini')).exit).toBe(0);
});

const good = routerOf(`
  notes: {
    list: t.procedure
      .meta({ mcp: { description: 'Lists the notes of whoever is signed in, the newest first.' } })
      .input(z.object({ limit: z.int().max(100).default(20) }))
      .output(z.array(z.object({ id: z.string(), text: z.string() })))
      .query(() => []),
    remove: t.procedure
      .meta({ mcp: { description: 'Removes a note for good.', confirm: true } })
      .input(z.object({ id: z.string() }))
      .output(z.null())
      .mutation(() => null),
  }`);

test('an app without faults is told so, and ends with 0', async () => {
  const cwd = createApp({ 'src/router.ts': good });
  const { code, stdout, stderr } = await run(['lint', 'src/router.ts', '--max-warnings', '0'], { cwd });
  expect({ code, stdout, stderr }).toEqual({
    code: 0,
    stdout: '',
    stderr: 'Nothing was found in 2 tools.\n',
  });
});

test('the demo has nothing to find', async () => {
  const cwd = fileURLToPath(new URL('../../../apps/demo', import.meta.url));
  expect(await lint(cwd)).toEqual({ errors: 0, warnings: 0, findings: [], exit: 0 });
});

/** Procedures in several files, reached in every way that routers are put together. */
const spread: Record<string, string> = {
  'tsconfig.json': JSON.stringify({ compilerOptions: { paths: { '~/*': ['./src/*'] } } }),
  'src/trpc.ts': `import { initTRPC } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
export const t = initTRPC.meta<McpMeta>().create();
export const createTRPCRouter = t.router;
export const tool = t.procedure.meta({ mcp: true });
`,
  'src/router.ts': `import { lazy } from '@trpc/server';
import { createTRPCRouter, t, tool } from './trpc.ts';
import users, { own as others } from '~/users';
import * as all from './all.ts';

const inner = { deep: tool.query(() => 1) };
const first = createTRPCRouter({ here: tool.query(() => 1), users, others, ...inner });
const second = t.router({
  shown: all.shown,
  loaded: lazy(() => import('./loaded.ts').then((m) => m.loadedRouter)),
  only: lazy(() => import('./only.ts')),
  made: all.makeRouter(),
});
export const appRouter = t.mergeRouters(first, second);
`,
  'src/users.ts': `import { tool, t } from './trpc.ts';

const named = tool.query(() => 1);
export const own = t.router({
  'quoted-name': tool.query(() => 1),
});
export default t.router({ named, nested: { low: tool.query(() => 1) } } as const);
`,
  'src/all.ts': `import { tool, t } from './trpc.ts';
export * from './shown.ts';
export function makeRouter() {
  return t.router({ inside: tool.query(() => 1) });
}
`,
  'src/shown.ts': `import { tool as made, t } from './trpc.ts';
export { hidden as shown };
const hidden = t.router({

  far: made.query(() => 1),
});
`,
  'src/loaded.ts': `import { tool, t } from './trpc.ts';
export const loadedRouter = t.router({
  late: tool.query(() => 1),
});
`,
  'src/only.ts': `import { tool, t } from './trpc.ts';
export const onlyRouter = t.router({ one: tool.query(() => 1) });
`,
};

test('each finding has the line where its procedure is written', async () => {
  const { findings } = await lint(createApp(spread));
  const places = findings
    .filter(({ code }) => code === 'description-made-up')
    .map(({ tool, file, line }) => `${tool} ${file}:${line}`);
  expect(places.toSorted()).toEqual([
    'deep src/router.ts:6',
    'here src/router.ts:7',
    'loaded_late src/loaded.ts:3',
    'made_inside src/all.ts:4',
    'only_one src/only.ts:2',
    'others_quoted-name src/users.ts:5',
    'shown_far src/shown.ts:5',
    'users_named src/users.ts:3',
    'users_nested_low src/users.ts:7',
  ]);
});

test('places are found in CommonJS too', async () => {
  const cwd = createApp({
    'package.json': JSON.stringify({ name: 'old', version: '1.0.0' }),
    'trpc.js': `const { initTRPC } = require('@trpc/server');\nexports.t = initTRPC.meta().create();\n`,
    'users.js': `const { t } = require('./trpc');\nconst usersRouter = t.router({\n  count: t.procedure.meta({ mcp: true }).query(() => 1),\n});\nmodule.exports = { usersRouter };\n`,
    'router.js': `const { t } = require('./trpc');\nconst { usersRouter } = require('./users');\nexports.appRouter = t.router({ users: usersRouter });\n`,
  });
  const { stdout } = await run(['lint', 'router.js', '--json'], { cwd });
  expect(JSON.parse(stdout)).toMatchObject({
    findings: [{ code: 'description-made-up', file: 'users.js', line: 3 }],
  });
});

test('--fix prints a patch that git applies, and writes nothing itself', async () => {
  const router = routerOf(`
  /** Removes a user, and the files of the user. */
  remove_user: t.procedure.meta({ mcp: true }).mutation(() => 1),
  purge_cache: t.procedure
    .meta({
      mcp: {
        description: 'Empties what pages are made of, so that the next visit is slow.',
      },
    })
    .mutation(() => 1),
  delete_note: t.procedure.meta({ mcp: { ...well } }).mutation(() => 1),
  /**
   * Counts the people who "really" signed up,
   * and {@link nobody} else's.
   *
   * @param nothing
   */
  user_count: t.procedure.meta({ mcp: {} }).query(() => 1),
  /** TODO */
  age_count: t.procedure.meta({ mcp: true }).query(() => 1),`);
  const cwd = createApp({ 'src/router.ts': router });
  const { code, stdout } = await run(['lint', 'src/router.ts', '--fix'], { cwd });
  expect(code).toBe(0);
  expect(readFileSync(join(cwd, 'src/router.ts'), 'utf8')).toBe(router);
  for (const folder of [false, true]) {
    if (folder) execFileSync('git', ['init', '-q'], { cwd });
    execFileSync('git', ['apply', '--check'], { cwd, input: stdout });
  }
  execFileSync('git', ['apply'], { cwd, input: stdout });
  const changed = readFileSync(join(cwd, 'src/router.ts'), 'utf8');
  const added = changed.split('\n').filter((line) => !router.split('\n').includes(line));
  expect(added.map((line) => line.trim())).toEqual([
    "remove_user: t.procedure.meta({ mcp: { description: 'Removes a user, and the files of the user.', confirm: true } }).mutation(() => 1),",
    'confirm: true,',
    `user_count: t.procedure.meta({ mcp: { description: "Counts the people who \\"really\\" signed up, and nobody else's." } }).query(() => 1),`,
  ]);
  const after = await lint(cwd);
  expect(
    after.findings
      .map(({ tool, code: found }) => `${tool} ${found}`)
      .filter((each) => !/_note|age_/.test(each)),
  ).toEqual([]);
});

test('--fix leaves alone what another tool shares, and keeps comments', async () => {
  const router = routerOf(`
  delete_user: removal, archive_user: removal,
  delete_note: own,
  clear_cache: t.procedure.meta({ mcp: { /* nothing yet */ } }).mutation(() => 1),\n`).replace(
    'export',
    'const removal = t.procedure.meta({ mcp: true }).mutation(() => 1);\nconst own = t.procedure.meta({ mcp: true }).mutation(() => 1);\nexport',
  );
  const cwd = createApp({ 'src/router.ts': router });
  const { stdout } = await run(['lint', 'src/router.ts', '--fix'], { cwd });
  expect(stdout.split('\n').filter((line) => /^\+[^+]/.test(line))).toEqual([
    '+const own = t.procedure.meta({ mcp: { confirm: true } }).mutation(() => 1);',
    '+  clear_cache: t.procedure.meta({ mcp: { confirm: true, /* nothing yet */ } }).mutation(() => 1),',
  ]);
});

test('the patch of a package applies in its folder inside of a repository', async () => {
  const cwd = createApp({
    'packages/api/package.json': JSON.stringify({ name: 'api', version: '1.0.0', type: 'module' }),
    'packages/api/src/router.ts': routerOf(
      'delete_user: t.procedure.meta({ mcp: well }).mutation(() => 1), delete_note: t.procedure.meta({ mcp: { name: "delete_note" } }).mutation(() => 1)',
    ),
  });
  execFileSync('git', ['init', '-q'], { cwd });
  const folder = join(cwd, 'packages/api');
  const { stdout } = await run(['lint', 'src/router.ts', '--fix'], { cwd: folder });
  execFileSync('git', ['apply'], { cwd: folder, input: stdout });
  expect(readFileSync(join(folder, 'src/router.ts'), 'utf8')).toContain(
    'mcp: { confirm: true, name: "delete_note" }',
  );
});

test('writes workflow commands for GitHub, escaped as it wants them', async () => {
  const cwd = createApp({
    'a,b:c/router.ts': routerOf(
      "get_user: t.procedure.meta({ mcp: { description: 'TODO: 100%' } }).query(() => 1)",
    ),
  });
  const { stdout, stderr, code } = await run(
    ['lint', 'a,b:c/router.ts', '--format', 'github', '--max-warnings', '0'],
    { cwd },
  );
  expect(stdout).toBe(
    '::warning file=a%2Cb%3Ac/router.ts,line=7,col=37,title=description-says-nothing in get_user::its description is a placeholder ("TODO: 100%25") (description). To fix it: say in mcp.description what the name does not: what comes back, what it is for, what it refuses\n',
  );
  expect(stderr).toBe('There are 1 warnings, and --max-warnings is 0.\n');
  expect(code).toBe(1);
});

describe('settings', () => {
  const fault = routerOf(`${faults['list-unlimited']}, ${faults['name-vague']}`);
  const codesIn = async (cwd: string, ...args: string[]): Promise<string[]> =>
    (await lint(cwd, ...args)).findings.map(({ code, severity }) => `${code} ${severity}`);

  test('package.json and trpc-mcp.config.ts set rules, and the command line wins', async () => {
    const manifest = {
      name: 'acme',
      type: 'module',
      'trpc-mcp': { lint: { rules: { 'list-unlimited': 'off', 'description-repeated': 'off' } } },
    };
    const byManifest = createApp({ 'src/router.ts': fault, 'package.json': JSON.stringify(manifest) });
    expect(await codesIn(byManifest)).toEqual(['name-vague warning']);
    expect(await codesIn(byManifest, '--rule', 'list-unlimited=error', '--rule', 'name-vague=off')).toEqual([
      'list-unlimited error',
    ]);
    const byFile = createApp({
      'src/router.ts': fault,
      'trpc-mcp.config.ts': `import { defineConfig } from '@trpc-mcp/cli';
        export default defineConfig({ lint: { ignore: { run: ['*'], users_recent: ['description-repeated'] } } });`.replace(
        /import.*\n/,
        'const defineConfig = (value) => value;\n',
      ),
    });
    expect(await codesIn(byFile)).toEqual(['list-unlimited warning']);
  });

  test('a setting that is wrong is told, with what was meant', async () => {
    const cwd = createApp({
      'src/router.ts': fault,
      'package.json': JSON.stringify({
        name: 'acme',
        'trpc-mcp': { lint: { rules: { 'list-unlimitd': 'off' } } },
      }),
    });
    const { code, stderr } = await run(['lint', 'src/router.ts'], { cwd });
    expect(stderr).toBe(
      'error: package.json names the rule "list-unlimitd", which does not exist\nDid you mean "list-unlimited"?\n',
    );
    expect(code).toBe(2);
  });

  test.each([
    [['--rule', 'name-vage=off'], 'Did you mean "name-vague"?'],
    [['--rule', 'name-vague'], 'Write --rule list-unlimited=off, =warning or =error.'],
    [['--client', 'cursr'], 'The clients are: claude-code, claude, '],
    [['--max-warnings', '-1'], 'It has to be a whole number of 0 or more.'],
    [['--format', 'sarif'], 'Allowed choices are text, json, github.'],
  ])('an option that is wrong is told: %j', async (args, words) => {
    const { code, stderr } = await run(['lint', 'src/router.ts', ...args], {
      cwd: createApp({ 'src/router.ts': fault }),
    });
    expect(stderr).toContain(words);
    expect(code).toBe(2);
  });
});

test('an endpoint is checked by its list, and has no patch', async () => {
  const t = initTRPC.meta<McpMeta>().create();
  const router = t.router({
    run: t.procedure
      .meta({ mcp: { description: 'Does something that nobody can guess.' } })
      .input(z.object({ a: z.string() }))
      .query(() => 1),
  });
  const server = createServer(mcpHandler(router, {}));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
  const { stdout, code } = await run(['lint', url, '--json']);
  expect(JSON.parse(stdout)).toMatchObject({
    findings: [
      { code: 'argument-undescribed', tool: 'run' },
      { code: 'name-vague', tool: 'run' },
    ],
  });
  expect(code).toBe(0);
  const fix = await run(['lint', url, '--fix']);
  expect(fix.stderr).toContain('--fix is for modules, and this target is an endpoint');
  expect(fix.code).toBe(2);
});

test('a search in place of a list is not counted as the list', async () => {
  const cwd = createApp({
    'src/router.ts': routerOf(faults['list-tokens']!),
    'trpc-mcp.config.ts': `export default { options: { discovery: 'search' } };`,
  });
  expect((await lint(cwd)).findings.filter(({ tool }) => tool === undefined)).toEqual([]);
});

test('shows the findings by tool on a terminal, with colours', async ({ skip }) => {
  const pty = await loadPty();
  if (pty === undefined) skip('node-pty has no binary here');
  const cwd = createApp({ 'src/router.ts': routerOf(faults['mutation-unannotated']!) });
  const tty = openTty(pty!, ['lint', 'src/router.ts'], { cwd });
  await tty.see('users_greet  src/router.ts:7');
  await tty.see('warning');
  await tty.see('[mutation-unannotated]');
  await tty.see('fix: set mcp.annotations');
  await tty.see('0 errors and 1 warning in 1 tool.');
  expect(await tty.end).toBe(0);
});

test('a failure is JSON too where the format is', async () => {
  const { stdout, code } = await run(['lint', 'src/router.ts', '--rule', 'nope=off', '--format', 'json']);
  expect({ code, error: (JSON.parse(stdout) as { error: { message: string } }).error.message }).toEqual({
    code: 2,
    error: '--rule names the rule "nope", which does not exist',
  });
});
