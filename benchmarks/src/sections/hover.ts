import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type Interval, toInterval } from '../run/interval.ts';
import { toRouter } from './types.ts';

/** What an editor waits for in `expose`, as a multiple of the same in a call with tRPC's own `createCaller`. */
export interface HoverResult {
  hover: Interval;
  completion: Interval;
}

/**
 * Measures what an editor asks of TypeScript's language service, after each edit of the file: that is when nothing of its
 * types is known any more. It uses TypeScript 6, because TypeScript 7 has no such interface yet.
 */
export async function measureHover(procedures: number, times: number): Promise<HoverResult> {
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}router.ts`, toRouter(procedures));
  const [ours, trpc] = [openFile('expose.ts', inExpose), openFile('caller.ts', inCaller)];
  const hovers: number[] = [];
  const completions: number[] = [];
  for (let time = 0; time <= times; time++) {
    // A B B A, so that what grows from one to the next affects both.
    const sides = time % 2 === 0 ? [ours, trpc] : [trpc, ours];
    const costs = new Map(sides.map((side) => [side, { hover: side.hover(), completion: side.complete() }]));
    // The first time loads the files and compiles the compiler.
    if (time === 0) continue;
    hovers.push(costs.get(ours)!.hover / costs.get(trpc)!.hover);
    completions.push(costs.get(ours)!.completion / costs.get(trpc)!.completion);
  }
  return { hover: toInterval(hovers), completion: toInterval(completions) };
}

interface Place {
  source: string;
  /** What is hovered. */
  hovered: string;
  /** What the text of the hover has. */
  shown: string;
  /** The text after which names are completed. */
  typed: string;
  /** One of them. */
  completed: string;
}

const inExpose: Place = {
  source: `import { mcpHandler } from '@trpc-mcp/core/express';
import { createContext, router } from './router.ts';
export const handler = mcpHandler(router, { createContext, expose: { include: ['group0.procedure0'] } });
`,
  hovered: 'include:',
  shown: 'include',
  typed: `'group0.`,
  completed: 'group0.procedure1',
};

const inCaller: Place = {
  source: `import { router } from './router.ts';
export const call = router.createCaller({ user: undefined }).group0.procedure0;
`,
  hovered: 'procedure0',
  shown: 'procedure0',
  typed: 'group0.',
  completed: 'procedure1',
};

/** Opens a file as an editor does. Each question about it comes after an edit, and returns the CPU time of the answer. */
function openFile(name: string, { source, hovered, shown, typed, completed }: Place) {
  const path = `${folder}${name}`;
  let edits = 0;
  const service = ts.createLanguageService({
    ...ts.sys,
    useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
    getCompilationSettings: () => options,
    getScriptFileNames: () => [path],
    getScriptVersion: (file: string) => (file === path ? String(edits) : ''),
    getScriptSnapshot: (file: string) => {
      const text = file === path ? `${source}// ${edits}\n` : ts.sys.readFile(file);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => folder,
    getDefaultLibFileName: () => ts.getDefaultLibFilePath(options),
  });
  const time = (isRight: () => boolean | undefined): number => {
    edits++;
    const start = process.cpuUsage();
    const found = isRight();
    const { user, system } = process.cpuUsage(start);
    if (!found) throw new Error(`the language service does not know what is in ${name}`);
    return user + system;
  };
  return {
    hover: () =>
      time(() => {
        const info = service.getQuickInfoAtPosition(path, source.indexOf(hovered));
        return info?.displayParts?.some(({ text }) => text === shown);
      }),
    complete: () =>
      time(() => {
        const at = source.indexOf(typed) + typed.length;
        return service
          .getCompletionsAtPosition(path, at, undefined)
          ?.entries.some((entry) => entry.name === completed);
      }),
  };
}

/** What is used here of the compiler. */
interface Compiler {
  sys: { useCaseSensitiveFileNames: boolean; readFile(file: string): string | undefined };
  ScriptSnapshot: { fromString(text: string): unknown };
  createLanguageService(host: object): {
    getQuickInfoAtPosition(file: string, at: number): { displayParts?: { text: string }[] } | undefined;
    getCompletionsAtPosition(
      file: string,
      at: number,
      options: undefined,
    ): { entries: { name: string }[] } | undefined;
  };
  getDefaultLibFilePath(options: object): string;
  parseJsonConfigFileContent(json: object, host: object, folder: string): { options: object };
}

// The command line depends on it. As a dependency of this package it would become the TypeScript of its other dependencies,
// which would then be other copies than those of core.
const require = createRequire(new URL('../../../packages/cli/package.json', import.meta.url));
// Cast: `require` knows no types.
const ts = require('typescript-6') as Compiler;

const folder = fileURLToPath(new URL('../types/', import.meta.url));
const configFile = fileURLToPath(new URL('../../../tsconfig.json', import.meta.url));

const { options } = ts.parseJsonConfigFileContent(
  { extends: configFile, compilerOptions: { customConditions: [] }, files: [] },
  ts.sys,
  folder,
);
