import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createApp } from '../app.ts';
import { run } from '../run.ts';
import { compilers, read } from './read.ts';

const tsconfig = JSON.stringify({
  compilerOptions: { strict: true, module: 'nodenext', target: 'es2022', skipLibCheck: true },
  include: ['src'],
});
const head = `
import { initTRPC, lazy, tracked, type AnyRouter } from '@trpc/server';
import { observable } from '@trpc/server/observable';
const t = initTRPC.meta<{ mcp: true }>().create();
const tool = t.procedure.meta({ mcp: true });
`;

function app(body: string, config = tsconfig): string {
  return createApp({ 'tsconfig.json': config, 'src/router.ts': head + body });
}

describe.each(compilers)('with %s', (compiler) => {
  test('merged routers are read where they are nested, and where they are lazy', () => {
    const folder = app(`
const merged = t.mergeRouters(t.router({ one: tool.query(() => 'x') }), t.router({ two: tool.query(() => 1) }));
export const appRouter = t.router({ inner: merged, later: lazy(async () => ({ default: merged })) });
`);
    const { file } = read(join(folder, 'src/router.ts'), compiler);
    expect(file.procedures).toEqual({
      'inner.one': { schema: { type: 'string' } },
      'inner.two': { schema: { type: 'number' } },
      'later.one': { schema: { type: 'string' } },
      'later.two': { schema: { type: 'number' } },
    });
  });

  test('an enum of bits may be any sum of them, and a choice of its members may not', () => {
    const folder = app(`
enum Shifted { None = 0, Read = 1 << 0, Write = 1 << 1 }
enum Bits { Read = 1, Write = 2, Share = 4 }
enum Level { Low, Middle, High }
export const appRouter = t.router({
  get: tool.query(() => ({}) as {
    shifted: Shifted; bits: Bits | null; choice: Bits.Read | Bits.Write; level: Level;
  }),
});
`);
    const { file } = read(join(folder, 'src/router.ts'), compiler);
    expect(file.procedures['get']?.schema?.properties).toEqual({
      shifted: { type: 'number', description: '0: None, 1: Read, 2: Write' },
      bits: { anyOf: [{ type: 'number', description: '1: Read, 2: Write, 4: Share' }, { type: 'null' }] },
      choice: { type: 'number', enum: [1, 2], description: '1: Read, 2: Write' },
      level: { type: 'number', enum: [0, 1, 2], description: '0: Low, 1: Middle, 2: High' },
    });
  });

  test('every text that a number of a template makes fits its pattern', () => {
    const folder = app(
      'export const appRouter = t.router({ get: tool.query((): `${number}px` => `${Math.random()}px`) });',
    );
    const { file } = read(join(folder, 'src/router.ts'), compiler);
    const pattern = new RegExp(file.procedures['get']?.schema?.['pattern'] as string, 'u');
    const texts = [0, -1, 0.5, 1e21, 1e-7, -1.5e300].map((value) => `${value}px`);
    expect(texts.filter((text) => !pattern.test(text))).toEqual([]);
    expect(pattern.test('widepx')).toBe(false);
  });

  test('a subscription that yields values with tracked() and others has both, or is an error before 5.5', () => {
    const folder = app(`
export const appRouter = t.router({
  mixed: tool.subscription(async function* () {
    yield tracked('1', { at: new Date() });
    yield 'end' as string;
  }),
  observed: tool.subscription(() => observable<{ n: bigint }>(() => {})),
});
`);
    const { file } = read(join(folder, 'src/router.ts'), compiler);
    const isOld = compiler === 'typescript-5.4';
    const at = { type: 'string', format: 'date-time' };
    expect(Object.values(file.procedures).map(({ items }) => items)).toEqual(
      isOld
        ? [{ $comment: 'error' }, { $comment: 'error' }]
        : [
            {
              anyOf: [{ type: 'string' }, { type: 'object', properties: { at }, required: ['at'] }],
            },
            {
              type: 'object',
              properties: { n: { type: 'string', pattern: '^-?[0-9]+$' } },
              required: ['n'],
            },
          ],
    );
  });
});

test('a procedure that is exposed, and not in the type of the router, is told', async () => {
  const folder = app(`
const hidden: AnyRouter = t.router({ gone: tool.query(() => 'x') });
export const appRouter = t.router({ here: tool.query(() => 1), hidden });
`);
  const { code, stdout } = await run(['outputs', 'src/router.ts', '--json'], { cwd: folder });
  const { notes, outputs } = JSON.parse(stdout) as { notes: string[]; outputs: { path: string }[] };
  expect({ code, paths: outputs.map(({ path }) => path), told: notes.at(-1) }).toEqual({
    code: 0,
    paths: ['here'],
    told: 'The type of the router does not have hidden.gone, so nothing is written of it. Give each router the type that t.router({…}) makes, without a type such as AnyRouter.',
  });
});

test('version 6 is strict, and reads @types, where the tsconfig does not say', async () => {
  const folder = app(
    "export const appRouter = t.router({ get: tool.query(() => Buffer.from('x')) });",
    JSON.stringify({ compilerOptions: { module: 'nodenext', skipLibCheck: true }, include: ['src'] }),
  );
  const { stdout } = await run(['outputs', 'src/router.ts', '--json'], { cwd: folder });
  const { notes, outputs } = JSON.parse(stdout) as { notes: string[]; outputs: unknown };
  expect(notes.filter((note) => note.includes('strict'))).toEqual([]);
  expect(outputs).toEqual([{ path: 'get', known: 'typed', open: [] }]);
});

test('a folder in place of the file is told in words', async () => {
  const folder = app('export const appRouter = t.router({ get: tool.query(() => 1) });');
  const { code, stderr } = await run(['outputs', 'src/router.ts', '-o', 'src'], { cwd: folder });
  expect({ code, stderr: stderr.trim().split('\n').slice(-2) }).toEqual({
    code: 3,
    stderr: ['error: src could not be read', 'Name a file with -o, not a folder, and check who may read it.'],
  });
});
