import { type CodeAnswer, type CodeMode, type CodeRun, SetupError } from '@trpc-mcp/core';
import { readRunArguments, readSearchArguments } from './arguments.ts';
import { createEngine } from './engine/engine.ts';
import { isWasmModule, type WasmModule } from './engine/wasm.ts';
import { Gate } from './gate.ts';
import { type CodeLimits, toLimits, usualTokens } from './options.ts';
import { runCode } from './run.ts';
import { searchApi } from './search-api.ts';
import { runTool, searchTool } from './tools.ts';

/** The options of `codeMode`: limits, and what decides when and how tools are found. */
export interface CodeModeOptions<Ctx = unknown> extends Partial<CodeLimits> {
  /** From so many tools on, code takes the place of the list. 0 by default. */
  over?: number | undefined;
  /** A search of the app's own, in place of the one by words: it names paths of procedures, the best first. */
  find?: CodeMode<Ctx>['find'];
  /**
   * The engine as a compiled `WebAssembly.Module`, made of `@trpc-mcp/code/quickjs.wasm`. It is for runtimes that do not compile
   * WebAssembly, such as edge functions. On Node, Bun, Deno and Cloudflare Workers it is found without this.
   */
  wasm?: WasmModule | undefined;
}

/** Makes a code mode whose engine is loaded when it is first used. */
export function createCodeMode<Ctx>(
  options: CodeModeOptions<Ctx>,
  loadModule: () => Promise<WasmModule>,
): CodeMode<Ctx> {
  const limits = toLimits(options, ['over', 'find', 'wasm']);
  const { over, find, wasm } = options;
  if (wasm !== undefined && !isWasmModule(wasm)) {
    const message = 'it has to be a WebAssembly.Module, made of @trpc-mcp/code/quickjs.wasm';
    throw new SetupError([{ code: 'OPTION_INVALID', path: 'codeMode.wasm', message }]);
  }
  const gate = new Gate(limits.maxRuns);
  const getEngine = once(async () => createEngine(wasm ?? (await loadModule())));

  const search = async (args: unknown, run: CodeRun): Promise<CodeAnswer> => {
    const read = readSearchArguments(args);
    if (typeof read === 'string') return { kind: 'failure', code: 'BAD_REQUEST', text: read };
    // Code comes next, as a rule. What goes wrong here is told then.
    getEngine().catch(() => {});
    return searchApi(read, run, limits.maxTokens ?? run.maxTokens ?? usualTokens);
  };
  const runOne = async (args: unknown, run: CodeRun): Promise<CodeAnswer> => {
    const code = readRunArguments(args, limits.maxCodeBytes);
    if (typeof code !== 'string') return { kind: 'failure', code: 'BAD_REQUEST', text: code.problem };
    if (!(await gate.enter(run.signal, limits.timeoutMs))) return run.signal.aborted ? gone : busy;
    try {
      return await runCode(code, run, await getEngine(), limits);
    } finally {
      gate.leave();
    }
  };

  return {
    kind: 'code',
    tools: [searchTool, runTool],
    over,
    find,
    call: (name, args, run) => (name === searchTool.name ? search(args, run) : runOne(args, run)),
  };
}

const gone: CodeAnswer = {
  kind: 'failure',
  code: 'CLIENT_CLOSED_REQUEST',
  text: 'The run was ended from outside.',
};
const busy: CodeAnswer = {
  kind: 'failure',
  code: 'TOO_MANY_REQUESTS',
  text: 'Too many programs are running. Nothing of this one has run; try it again later.',
};

/** Makes something once. What has failed is made again. */
function once<TValue>(make: () => Promise<TValue>): () => Promise<TValue> {
  let made: Promise<TValue> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
