import { spawn } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createApp } from '../app.ts';
import { bin, plainEnv, run } from '../run.ts';

const esm = {
  'tsconfig.json': tsconfig({ module: 'nodenext', allowImportingTsExtensions: true }),
  'src/trpc.ts': `
import { initTRPC } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
export const t = initTRPC.meta<McpMeta>().create();
`,
  'src/router.ts': `
import { z } from 'zod';
import { t } from './trpc.ts';
import { getNote, type Note } from './note.ts';
const tool = t.procedure.meta({ mcp: true });
export const appRouter = t.router({
  notes: t.router({
    get: tool.query(() => getNote()),
    list: tool.query((): Note[] => [getNote()]),
    parsed: tool.output(z.object({ a: z.string() })).query(() => ({ a: 'x' })),
    open: tool.query((): { id: string; data: any } => ({ id: 'x', data: 1 })),
  }),
  hidden: t.procedure.query(() => new Date()),
});
`,
  'src/note.ts': `
/** Something to remember. */
export interface Note {
  id: string;
  /** When it was written. */
  at: Date;
}
export function getNote(): Note { return { id: 'n', at: new Date(0) }; }
`,
};

const note = {
  description: 'Something to remember.',
  type: 'object',
  properties: {
    id: { type: 'string' },
    at: { type: 'string', format: 'date-time', description: 'When it was written.' },
  },
  required: ['id', 'at'],
};

function tsconfig(compilerOptions: object): string {
  return JSON.stringify({
    compilerOptions: { strict: true, target: 'es2022', types: [], noEmit: true, ...compilerOptions },
  });
}

function readJson(
  folder: string,
  name = 'mcp.outputs.json',
): { procedures: Record<string, unknown>; $defs?: unknown } {
  return JSON.parse(readFileSync(join(folder, name), 'utf8')) as ReturnType<typeof readJson>;
}

/** Gives an app a folder of its own for packages, with those that it names, and TypeScript of a version. */
function install(folder: string, typescript?: string): void {
  const shared = resolve(folder, 'node_modules');
  const from = resolve(import.meta.dirname, '../../node_modules');
  if (lstatSync(shared).isSymbolicLink()) unlinkSync(shared);
  mkdirSync(join(shared, '@trpc'), { recursive: true });
  for (const name of ['@trpc/server', '@trpc-mcp', 'zod'])
    symlinkSync(join(from, name), join(shared, name), 'junction');
  if (typescript === undefined) return;
  if (existsSync(join(from, typescript)))
    symlinkSync(join(from, typescript), join(shared, 'typescript'), 'junction');
  else {
    mkdirSync(join(shared, 'typescript'));
    writeFileSync(
      join(shared, 'typescript/package.json'),
      JSON.stringify({ name: 'typescript', version: typescript }),
    );
  }
}

test('writes the outputs of exposed procedures without .output(), and says what is any', async () => {
  const cwd = createApp(esm);
  const { code, stdout, stderr } = await run(['outputs', 'src/router.ts'], { cwd });
  expect(stdout).toBe('Wrote mcp.outputs.json.\n');
  expect(stderr).toContain('3 of 3 typed, 1 has any:\n  notes.open (data: any)\n');
  expect(code).toBe(0);
  expect(readJson(cwd)).toEqual({
    version: 1,
    procedures: {
      'notes.get': { schema: { $ref: '#/$defs/Note' } },
      'notes.list': { schema: { type: 'array', items: { $ref: '#/$defs/Note' } } },
      'notes.open': {
        schema: {
          type: 'object',
          properties: { id: { type: 'string' }, data: { $comment: 'any' } },
          required: ['id'],
        },
      },
    },
    $defs: { Note: note },
  });
});

test('--all reads every procedure without running the module, which may want a database', async () => {
  const cwd = createApp({
    ...esm,
    'src/trpc.ts': `${esm['src/trpc.ts']}\nthrow new Error('There is no DATABASE_URL');`,
  });
  const all = await run(['outputs', 'src/router.ts', '--all', '-o', 'all.json'], { cwd });
  expect([all.code, Object.keys(readJson(cwd, 'all.json').procedures)]).toEqual([
    0,
    ['hidden', 'notes.get', 'notes.list', 'notes.open', 'notes.parsed'],
  ]);
  const tried = await run(['outputs', 'src/router.ts'], { cwd });
  expect(tried.stderr).toContain(
    'Which procedures are exposed is not known, because the module could not be loaded: ',
  );
  expect(tried.stderr).toContain('So all of them are read; --all says so without trying.');
  expect(readJson(cwd)).toEqual(readJson(cwd, 'all.json'));
});

describe.each(['typescript-5.4', 'typescript-5.9', 'typescript-6'])('an app with %s', (typescript) => {
  test('is read with its own compiler, and to the same outputs', async () => {
    const cwd = createApp(esm);
    install(cwd, typescript);
    const { code, stdout, stderr } = await run(['outputs', 'src/router.ts', '--all', '--json'], { cwd });
    expect(code).toBe(0);
    expect(stderr).toBe('');
    const { compiler, notes } = JSON.parse(stdout) as { compiler: string; notes: string[] };
    expect([`typescript-${compiler}`.startsWith(typescript), notes]).toEqual([true, []]);
    expect(readJson(cwd).$defs).toEqual({ Note: note });
  });
});

test.each([
  [undefined, 'The app has no TypeScript; its types are read with 6.'],
  ['7.0.2', 'TypeScript 7.0.2 of the app has no compiler that can be called; its types are read with 6.'],
  ['5.1.6', 'TypeScript 5.1.6 of the app is older than 5.4; its types are read with 6.'],
])('an app with TypeScript %s is read with version 6, which is said', async (version, words) => {
  const cwd = createApp(esm);
  install(cwd, version);
  const { code, stderr } = await run(['outputs', 'src/router.ts', '--all'], { cwd });
  expect(stderr).toContain(words);
  expect([code, readJson(cwd).$defs]).toEqual([0, { Note: note }]);
});

test('reads a CommonJS app', async () => {
  const cwd = createApp({
    'package.json': JSON.stringify({ name: 'acme', version: '1.0.0' }),
    'tsconfig.json': tsconfig({
      module: 'commonjs',
      moduleResolution: 'node10',
      esModuleInterop: true,
      ignoreDeprecations: '6.0',
    }),
    'router.ts': `
import { initTRPC } from '@trpc/server';
const t = initTRPC.meta<{ mcp: true }>().create();
export const appRouter = t.router({ at: t.procedure.meta({ mcp: true }).query(() => ({ at: new Date(0), n: 1n })) });
`,
  });
  const { code } = await run(['outputs', 'router.ts'], { cwd });
  expect([code, readJson(cwd).procedures]).toEqual([
    0,
    {
      at: {
        schema: {
          type: 'object',
          properties: {
            at: { type: 'string', format: 'date-time' },
            n: { type: 'string', pattern: '^-?[0-9]+$' },
          },
          required: ['at', 'n'],
        },
      },
    },
  ]);
});

test('reads a router that is written in JavaScript and exported by CommonJS', async () => {
  const cwd = createApp({
    'package.json': JSON.stringify({ name: 'acme', version: '1.0.0' }),
    'router.js': `
const { initTRPC } = require('@trpc/server');
const t = initTRPC.create();
exports.appRouter = t.router({ at: t.procedure.query(() => ({ at: new Date(0) })) });
`,
  });
  const { code } = await run(['outputs', 'router.js', '--all'], { cwd });
  expect([code, Object.keys(readJson(cwd).procedures)]).toEqual([0, ['at']]);
});

test('follows paths of tsconfig, a tsconfig that another one refers to, and one that is named', async () => {
  const routerWith = (name: string): string => `
import { initTRPC } from '@trpc/server';
import { value } from '${name}';
const t = initTRPC.create();
export const appRouter = t.router({ value: t.procedure.query(() => value) });
`;
  const paths = { module: 'esnext', moduleResolution: 'bundler', paths: { '@/*': ['./src/*'] } };
  const cwd = createApp({
    'tsconfig.json': JSON.stringify({ files: [], references: [{ path: './tsconfig.app.json' }] }),
    'tsconfig.app.json': JSON.stringify({ ...(JSON.parse(tsconfig(paths)) as object), include: ['src'] }),
    'tsconfig.other.json': tsconfig({ ...paths, paths: { '@/*': ['./other/*'] } }),
    'src/router.ts': routerWith('@/lib/value'),
    'src/lib/value.ts': 'export const value = { here: true };',
    'other/lib/value.ts': 'export const value = { there: 1 };',
  });
  const schema = (key: string, type: string): object => ({
    value: { schema: { type: 'object', properties: { [key]: { type } }, required: [key] } },
  });
  expect((await run(['outputs', 'src/router.ts', '--all'], { cwd })).code).toBe(0);
  expect(readJson(cwd).procedures).toEqual(schema('here', 'boolean'));
  expect(
    (await run(['outputs', 'src/router.ts', '--all', '--tsconfig', 'tsconfig.other.json'], { cwd })).code,
  ).toBe(0);
  expect(readJson(cwd).procedures).toEqual(schema('there', 'number'));
});

test('says that undefined cannot be seen where strictNullChecks is off', async () => {
  const cwd = createApp({
    ...esm,
    'tsconfig.json': tsconfig({ strict: false, module: 'nodenext', allowImportingTsExtensions: true }),
  });
  const { stderr } = await run(['outputs', 'src/router.ts', '--all'], { cwd });
  expect(stderr).toContain('strictNullChecks is off in ');
  expect(stderr).toContain('undefined and null cannot be seen where no type names them');
});

test('--check writes nothing, and shows how the file differs; how it is formatted does not matter', async () => {
  const cwd = createApp(esm);
  const missing = await run(['outputs', 'src/router.ts', '--check'], { cwd });
  expect([missing.code, missing.stdout, existsSync(join(cwd, 'mcp.outputs.json'))]).toEqual([
    1,
    'mcp.outputs.json does not exist.\n',
    false,
  ]);
  await run(['outputs', 'src/router.ts'], { cwd });
  writeFileSync(join(cwd, 'mcp.outputs.json'), JSON.stringify(readJson(cwd), undefined, 4));
  expect((await run(['outputs', 'src/router.ts', '--check'], { cwd })).code).toBe(0);
  writeFileSync(
    join(cwd, 'src/note.ts'),
    esm['src/note.ts'].replaceAll('id: string', 'id: number').replace(`id: 'n'`, 'id: 1'),
  );
  const stale = await run(['outputs', 'src/router.ts', '--check'], { cwd });
  expect(stale.code).toBe(1);
  const changed = stale.stdout.split('\n').filter((line) => /^[+-] /.test(line));
  expect(changed.map((line) => line.replaceAll(/\s+/g, ' '))).toEqual([
    '- "id": { "type": "string" },',
    '+ "id": { "type": "number" },',
  ]);
  expect(stale.stderr).toContain('Run `trpc-mcp outputs` again, and commit the file.');
  const asJson = await run(['outputs', 'src/router.ts', '--check', '--json'], { cwd });
  expect([asJson.code, JSON.parse(asJson.stdout)]).toMatchObject([
    1,
    { file: 'mcp.outputs.json', state: 'stale', procedures: 3, typed: 3, open: 1 },
  ]);
});

test('takes the result of the last run where nothing has changed', async () => {
  const cwd = createApp(esm);
  install(cwd);
  const runs = [];
  for (const more of [[], [], ['--no-cache']]) {
    const { stdout } = await run(['outputs', 'src/router.ts', '--all', '--json', ...more], { cwd });
    runs.push((JSON.parse(stdout) as { isCached: boolean }).isCached);
  }
  expect(runs).toEqual([false, true, false]);
  expect(readdirSync(join(cwd, 'node_modules/.cache/trpc-mcp')).length).toBe(1);
});

test('--watch writes the file again when a type changes', async () => {
  const cwd = createApp(esm);
  const child = spawn(process.execPath, [bin, 'outputs', 'src/router.ts', '--watch', '--all'], {
    cwd,
    env: plainEnv(),
  });
  onTestFinished(() => void child.kill());
  let told = '';
  const until = (words: string): Promise<void> =>
    new Promise((settle, fail) => {
      const look = (): void => {
        if (told.includes(words)) settle();
      };
      child.stderr.on('data', look);
      child.stdout.on('data', look);
      child.on('close', () => fail(new Error(told)));
      look();
    });
  child.stderr.on('data', (text: Buffer) => (told += text.toString()));
  child.stdout.on('data', (text: Buffer) => (told += text.toString()));
  await until('Wrote ');
  await until('Watching the app.');
  expect(readJson(cwd).procedures['hidden']).toEqual({ schema: { type: 'string', format: 'date-time' } });
  told = '';
  // A file that is written before the watcher is ready may go unseen, so it is written until it is seen.
  const timer = setInterval(
    () =>
      writeFileSync(
        join(cwd, 'src/router.ts'),
        esm['src/router.ts'].replace('query(() => new Date())', 'query(() => 5)'),
      ),
    500,
  );
  onTestFinished(() => clearInterval(timer));
  await until('Wrote ');
  expect(readJson(cwd).procedures['hidden']).toEqual({ schema: { type: 'number' } });
});

test.each<[string, string[], number, string, string]>([
  ['a module that is not there', ['nowhere.ts'], 3, 'There is no module nowhere.ts', 'Name the file'],
  [
    'an export that is not there',
    ['src/router.ts#other', '--all'],
    3,
    'src/router.ts exports no other',
    'src/router.ts#appRouter',
  ],
  [
    'an export that is no router',
    ['src/note.ts#getNote', '--all'],
    3,
    'getNote of src/note.ts is not a tRPC router: its type is () => Note',
    'Name the module',
  ],
  [
    'a module without a router',
    ['src/note.ts', '--all'],
    3,
    'src/note.ts exports no tRPC router',
    'Name the module',
  ],
  [
    'several routers',
    ['src/several.ts', '--all'],
    3,
    'src/several.ts exports several routers: one, two',
    'src/several.ts#one',
  ],
  [
    'a router of any type',
    ['src/any.ts', '--all'],
    3,
    'The type of the router in src/any.ts has no procedures',
    'AnyTRPCRouter',
  ],
  ['an endpoint', ['https://example.com/mcp'], 2, 'Types are read from a module', 'src/router.ts#appRouter'],
  ['no module', [], 2, 'No module is named', 'trpc-mcp outputs src/router.ts'],
  [
    'a tsconfig that is not there',
    ['src/router.ts', '--tsconfig', 'x.json'],
    2,
    'There is no x.json',
    'leave --tsconfig out',
  ],
  [
    'a folder that is not there',
    ['src/router.ts', '--all', '-o', 'x/y.json'],
    3,
    'x/y.json could not be written',
    '-o',
  ],
  [
    '--check with --watch',
    ['src/router.ts', '--check', '--watch'],
    2,
    '--check and --watch exclude each other',
    'Leave one',
  ],
])('%s is told in words, with what to do', async (_, args, code, message, fix) => {
  const cwd = createApp({
    ...esm,
    'src/several.ts': `import { t } from './trpc.ts';
export const one = t.router({ a: t.procedure.query(() => 1) });
export const two = t.router({ b: t.procedure.query(() => 2) });`,
    'src/any.ts': `import type { AnyTRPCRouter } from '@trpc/server';
import { appRouter as typed } from './router.ts';
export const appRouter: AnyTRPCRouter = typed;`,
  });
  const ran = await run(['outputs', ...args, '--json'], { cwd });
  const { error } = JSON.parse(ran.stdout) as { error: { message: string; fix: string } };
  expect([ran.code, error.message.includes(message), error.fix.includes(fix)], JSON.stringify(error)).toEqual(
    [code, true, true],
  );
});

test('an error of types is told, and does not stop the others', async () => {
  const cwd = createApp({
    ...esm,
    'src/note.ts': `import type { Row } from './missing.ts';\nexport interface Note { id: string }\nexport function getNote(): Row { return {} as Row; }`,
  });
  const { code, stderr } = await run(['outputs', 'src/router.ts', '--all'], { cwd });
  expect(code).toBe(0);
  expect(stderr).toContain('notes.get (error)');
  expect(stderr).toContain('error: TypeScript could not make the type; `npx tsc --noEmit` says why.');
});
