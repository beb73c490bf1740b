import type { AnyTRPCProcedure, AnyTRPCRouter, inferProcedureInput } from '@trpc/server';
import { type CatalogChoice, readCatalog } from '../read-catalog.ts';
import { askMcp } from './mcp-verdict.ts';
import { askTrpc } from './trpc-verdict.ts';
import type { Question, Verdict } from './verdict.ts';

/** What to compare. Give `tag`, `expose`, `toolName`, `converters` and `codecs` the same values as the handler. */
export interface AccessOptions<TRouter extends AnyTRPCRouter> extends CatalogChoice<TRouter> {
  /** Where tRPC is served, such as `http://127.0.0.1:3000/trpc`. */
  trpcUrl: string;
  /** Where MCP is served, such as `http://127.0.0.1:3000/mcp`. */
  mcpUrl: string;
  /**
   * The callers to compare, by a name of your choice. The value is the headers that identify them, `{}` for an
   * anonymous caller.
   */
  callers: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /**
   * Inputs for procedures, by dotted path, such as the id of the caller's own row and that of somebody else's. Every
   * caller sends each of them. A procedure that is not listed here is called without input.
   */
  inputs?: AccessInputs<TRouter>;
  /** Runs before each call, to undo what an earlier call has changed. */
  reset?: (next: { path: string; caller: string; via: 'trpc' | 'mcp' }) => unknown;
}

/** Lists of inputs by dotted path, as tRPC's client takes them. */
export type AccessInputs<TRouter extends AnyTRPCRouter> = InputsOf<LeavesOf<TRouter['_def']['record']>>;

type InputsOf<TLeaf> = {
  readonly [TOne in TLeaf as TOne extends Leaf ? TOne['path'] : never]?: TOne extends Leaf
    ? readonly TOne['input'][]
    : never;
};

interface Leaf {
  path: string;
  input: unknown;
}

type LeavesOf<TRecord, TPrefix extends string = ''> = string extends keyof TRecord
  ? Leaf
  : {
      [TKey in keyof TRecord & string]: TRecord[TKey] extends AnyTRPCProcedure
        ? { path: `${TPrefix}${TKey}`; input: inferProcedureInput<TRecord[TKey]> }
        : TRecord[TKey] extends Record<string, unknown>
          ? LeavesOf<TRecord[TKey], `${TPrefix}${TKey}.`>
          : never;
    }[keyof TRecord & string];

/** The results of one caller, over tRPC and over MCP. */
export interface AccessAnswer {
  /** The procedure's dotted path. */
  path: string;
  caller: string;
  input: unknown;
  trpc: Verdict;
  mcp: Verdict;
}

/** What `compareAccess` found. */
export interface AccessReport {
  /** Every call that was made. */
  answers: AccessAnswer[];
  /** The calls where tRPC and MCP disagree. */
  differences: AccessAnswer[];
}

/**
 * Calls every procedure that MCP exposes, as every caller, over tRPC and over MCP, and reports whether both allow it,
 * or refuse it with the same code. Both endpoints must be running. Mutations really run, twice.
 *
 * `scopes`, `visible` and `auth` make MCP stricter on purpose, and `toError` gives errors another code; they are reported
 * like any other difference. There must be no difference with `mcp: 'OK'`.
 *
 * Throws a `SetupError` for a router that cannot be served, and an `Error` when nothing is exposed, when the path of
 * an input is not exposed, or when an answer does not come from the endpoint.
 */
export async function compareAccess<TRouter extends AnyTRPCRouter>(
  router: TRouter,
  options: AccessOptions<TRouter>,
): Promise<AccessReport> {
  const { trpcUrl, mcpUrl, callers, codecs, reset } = options;
  const inputs = (options.inputs ?? {}) as Partial<Record<string, readonly unknown[]>>;
  const tools = await collectTools(router, options, Object.keys(inputs));
  const answers: AccessAnswer[] = [];
  // One after another, so that no call sees the changes of another.
  for (const tool of tools) {
    const { path, type } = tool;
    for (const input of inputs[path] ?? [undefined]) {
      for (const [caller, headers] of Object.entries(callers)) {
        const question: Question = { path, input, headers };
        await reset?.({ path, caller, via: 'trpc' });
        const trpc = await askTrpc(router, trpcUrl, type, question);
        await reset?.({ path, caller, via: 'mcp' });
        const mcp = await askMcp(mcpUrl, tool, question, codecs);
        answers.push({ path, caller, input, trpc, mcp });
      }
    }
  }
  return { answers, differences: answers.filter(({ trpc, mcp }) => trpc !== mcp) };
}

async function collectTools(router: AnyTRPCRouter, options: CatalogChoice, paths: readonly string[]) {
  const all = [...(await readCatalog(router, options)).tools.values()];
  // Left out: streamed calls need their own connection over tRPC, and cannot be compared.
  const tools = all.flatMap((tool) => (tool.type === 'subscription' ? [] : { ...tool, type: tool.type }));
  if (tools.length === 0)
    throw new Error('no procedure of this router is exposed, so there is nothing to compare');
  const unknown = paths.find((path) => !tools.some((tool) => tool.path === path));
  if (unknown) throw new Error(`inputs has the path ${unknown}, but no exposed procedure has this path`);
  return tools;
}
