import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** How many procedures stand in one file, as in apps of that size. */
const mostInFile = 25;

/**
 * Writes an app of so many procedures without `.output()`, whose results have the types that apps have: rows of a database with
 * many columns, pages of them, sums, unions with a discriminant, trees and what JSON has no type for. One of a hundred is `any`.
 */
export function writeGeneratedApp(folder: string, count: number): void {
  const areas = Math.ceil(count / mostInFile);
  const files: Record<string, string> = {
    'package.json': JSON.stringify({ name: 'generated', version: '1.0.0', type: 'module', private: true }),
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        strict: true,
        module: 'nodenext',
        target: 'es2022',
        lib: ['es2023', 'dom'],
        types: [],
        noEmit: true,
        allowImportingTsExtensions: true,
      },
      include: ['src'],
    }),
    'src/trpc.ts': `import { initTRPC } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
const t = initTRPC.context<{ user: string }>().meta<McpMeta>().create();
export const router = t.router;
export const tool = t.procedure
  .use(({ next, ctx }) => next({ ctx: { ...ctx, at: new Date(0) } }))
  .meta({ mcp: true });
`,
    'src/model.ts': modelOf(),
    'src/router.ts': routerOf(areas),
  };
  for (let area = 0; area < areas; area++)
    files[`src/areas/area${area}.ts`] = areaOf(area, Math.min(mostInFile, count - area * mostInFile));
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

function routerOf(areas: number): string {
  const names = Array.from({ length: areas }, (_, area) => `area${area}`);
  return [
    "import { router } from './trpc.ts';",
    ...names.map((name) => `import { ${name} } from './areas/${name}.ts';`),
    `export const appRouter = router({ ${names.join(', ')} });`,
    '',
  ].join('\n');
}

/** Types that all areas share. */
function modelOf(): string {
  return `/** A page of a list. */
export interface Page<T> { items: T[]; /** Where the next page begins. */ next: string | null; total: number }
export type Money = { amount: bigint; currency: 'EUR' | 'USD' };
export type Id<T extends string> = string & { readonly __brand: T };
export interface Audit { createdAt: Date; updatedAt: Date; deletedAt: Date | null }
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };
/** A folder, with the folders in it. */
export interface Folder { name: string; folders: Folder[] }
export type Event =
  | { type: 'created'; at: Date; by: string }
  | { type: 'paid'; at: Date; money: Money }
  | { type: 'failed'; error: string; retries: number };
export enum Priority { Low, Normal, High }
export const audit: Audit = { createdAt: new Date(0), updatedAt: new Date(1), deletedAt: null };
export const money: Money = { amount: 12345678901234567890n, currency: 'EUR' };
export function page<T>(items: T[]): Page<T> { return { items, next: null, total: items.length }; }
`;
}

function areaOf(area: number, count: number): string {
  const columns = Array.from({ length: 40 }, (_, index) => columnsOf[index % columnsOf.length]!(index));
  const fields = columns.map(([name, type]) => `  ${name}: ${type};`).join('\n');
  // What may be missing is missing.
  const values = columns
    .flatMap(([name, , value]) => (name.endsWith('?') ? [] : [`${name}: ${value}`]))
    .join(', ');
  const procedures = Array.from({ length: count }, (_, index) => {
    const number = area * mostInFile + index;
    const body =
      number % 100 === 99 ? '.query((): any => ({ anything: 1 }))' : bodies[number % bodies.length];
    return `  p${index}: tool${body},`;
  });
  return `import { router, tool } from '../trpc.ts';
import { audit, type Audit, type Event, type Folder, type Id, type JsonValue, money, type Money, page, Priority } from '../model.ts';
/** A row of area ${area}. */
interface Row extends Audit {
  id: Id<'Row${area}'>;
${fields}
}
const row: Row = { ...audit, id: 'r' as Id<'Row${area}'>, ${values} };
async function find(): Promise<Row | undefined> { return row; }
async function list(): Promise<Row[]> { return [row, row]; }
export const area${area} = router({
${procedures.join('\n')}
});
`;
}

type Column = [name: string, type: string, value: string];

const columnsOf: readonly ((index: number) => Column)[] = [
  (index) => [`text${index}`, 'string', `'x'`],
  (index) => [`count${index}`, 'number', `${index}`],
  (index) => [`flag${index}`, 'boolean', 'true'],
  (index) => [`at${index}`, 'Date | null', 'new Date(0)'],
  (index) => [`state${index}`, `'open' | 'closed' | 'lost'`, `'open'`],
  (index) => [`maybe${index}?`, 'string', ''],
  (index) => [`price${index}`, 'Money', 'money'],
  (index) => [`tags${index}`, 'string[]', `['a', 'b']`],
];

const bodies: readonly string[] = [
  '.query(() => list())',
  '.query(async () => page(await list()))',
  '.query(() => find())',
  '.query(async () => ({ row: (await find()) ?? null, at: new Date(0) }))',
  '.mutation(async () => ({ ok: true as const, id: row.id }))',
  '.query(() => list().then((rows) => rows.map(({ id, createdAt }) => ({ id, createdAt }))))',
  ".query((): Event[] => [{ type: 'paid', at: new Date(0), money }])",
  ".query((): Event => ({ type: 'failed', error: 'x', retries: 1 }))",
  ".query(() => new Map([['a', { total: 1n, last: new Date(0) }]]))",
  '.query(() => new Set([Priority.Low, Priority.High]))',
  '.query((): Record<string, number> => ({ a: 1 }))',
  '.query((): { data: JsonValue } => ({ data: { a: [1, null, { b: true }] } }))',
  ".query((): Folder => ({ name: 'a', folders: [{ name: 'b', folders: [] }] }))",
  ".query((): [string, Date] => ['a', new Date(0)])",
  '.query(() => 42)',
  ".query((): Partial<Pick<Row, 'id' | 'createdAt'>> => ({}))",
  ".query((): Omit<Row, 'deletedAt'> => row)",
  '.query(async function* () { yield { step: 1, at: new Date(0) }; })',
  '.query(({ ctx }) => ({ user: ctx.user, at: ctx.at, priority: Priority.High as Priority }))',
  '.mutation(() => {})',
  ".query(() => ({ url: new URL('https://example.com'), pattern: /a+/, size: 10n }))",
  '.query(() => new Map([[1, new Date(0)]]))',
];
