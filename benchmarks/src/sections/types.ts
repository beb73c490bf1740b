import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { toNumber, toTable } from '../report/markdown.ts';
import { toFigure } from '../run/stats.ts';

/** The figures of `tsc` for a project. */
export interface TypesResult {
  title: string;
  checkSeconds: number;
  instantiations: number;
  types: number;
  memoryMb: number;
}

const run = promisify(execFile);
const folder = fileURLToPath(new URL('../types/', import.meta.url));
const compiler = fileURLToPath(new URL('../../../node_modules/.bin/tsc', import.meta.url));

/** Measures how long it takes to type-check a router of this size, alone and together with the bridge. */
export async function measureTypes(procedures: number, times: number): Promise<TypesResult[]> {
  const trpc = `app.use('/trpc', createExpressMiddleware({ router, createContext }));`;
  const imports = `import { createExpressMiddleware } from '@trpc/server/adapters/express';
import express from 'express';
import { createContext, router } from './router.ts';
`;
  const mcp = `import { mcpHandler } from '@trpc-mcp/core/express';\n`;
  const projects = {
    'tRPC alone': `${imports}const app = express();\n${trpc}\n`,
    'with mcpHandler': `${mcp}${imports}const app = express();\n${trpc}
app.use('/mcp', mcpHandler(router, { createContext }));\n`,
    'with mcpHandler and typed paths': `${mcp}${imports}const app = express();\n${trpc}
app.use('/mcp', mcpHandler(router, { createContext, expose: { include: ['group0.procedure0', 'group1.*'] } }));\n`,
  };
  return checkProjects(toRouter(procedures), projects, times);
}

/** Writes the figures as a table of Markdown. */
export function toTypesTable(results: readonly TypesResult[]): string {
  return toTable(
    ['project', 'check, s', 'instantiations', 'types', 'memory, MB'],
    results.map(({ title, checkSeconds, instantiations, types, memoryMb }) => [
      title,
      toNumber(checkSeconds, 2),
      toNumber(instantiations),
      toNumber(types),
      toNumber(memoryMb),
    ]),
  );
}

/** Measures how long it takes to type-check each of these projects. Each has one source next to `router.ts`. */
export async function checkProjects(
  router: string,
  projects: Readonly<Record<string, string>>,
  times: number,
): Promise<TypesResult[]> {
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}router.ts`, router);
  const results = [];
  for (const [title, source] of Object.entries(projects)) {
    const name = title.replaceAll(/[^\w]+/g, '-');
    await writeFile(`${folder}${name}.ts`, source);
    const config = {
      extends: '../../../tsconfig.json',
      compilerOptions: { customConditions: [], noUnusedLocals: false },
      files: [`${name}.ts`],
    };
    await writeFile(`${folder}tsconfig.${name}.json`, JSON.stringify(config));
    results.push({ title, ...(await checkTypes(`${folder}tsconfig.${name}.json`, times)) });
  }
  return results;
}

async function checkTypes(project: string, times: number): Promise<Omit<TypesResult, 'title'>> {
  const seen: string[] = [];
  for (let time = 0; time < times; time++) {
    const { stdout } = await run(compiler, ['-p', project, '--extendedDiagnostics', '--singleThreaded']);
    seen.push(stdout);
  }
  const median = (label: string) => toFigure(seen.map((text) => readFigure(text, label))).median;
  return {
    checkSeconds: median('Check time'),
    instantiations: median('Instantiations'),
    types: median('Types'),
    memoryMb: median('Memory used') / 1000,
  };
}

function readFigure(text: string, label: string): number {
  return Number(new RegExp(`^${label}:\\s+([\\d.]+)`, 'm').exec(text)?.[1]);
}

const perGroup = 25;

/** The dotted paths of the procedures in `toRouter`. */
export function pathsOf(procedures: number): string[] {
  return Array.from(
    { length: procedures },
    (_, n) => `group${Math.floor(n / perGroup)}.procedure${n % perGroup}`,
  );
}

export function toRouter(procedures: number): string {
  const groups = Array.from({ length: Math.ceil(procedures / perGroup) }, (_, group) => {
    const inGroup = Math.min(perGroup, procedures - group * perGroup);
    const lines = Array.from({ length: inGroup }, (__, n) => toProcedure(n));
    return `  group${group}: t.router({\n${lines.join('')}  }),\n`;
  });
  return `import { initTRPC } from '@trpc/server';
import type { CreateExpressContextOptions } from '@trpc/server/adapters/express';
import { z } from 'zod';

export const createContext = ({ req }: CreateExpressContextOptions) => ({ user: req.headers.authorization });
const t = initTRPC.context<ReturnType<typeof createContext>>().meta<{ mcp?: boolean }>().create();
export const router = t.router({
${groups.join('')}});
`;
}

function toProcedure(n: number): string {
  return `    procedure${n}: t.procedure
      .meta({ mcp: true })
      .input(z.object({ id: z.uuid(), name: z.string().optional(), since: z.date().optional(), limit: z.int().default(${n}) }))
      .output(z.object({ id: z.string(), n: z.number(), tags: z.array(z.string()) }))
      .query(({ input }) => ({ id: input.id, n: ${n}, tags: ['a'] })),
`;
}
