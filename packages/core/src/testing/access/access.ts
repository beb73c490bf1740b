import type { AnyTRPCProcedure, AnyTRPCRouter, inferProcedureInput } from '@trpc/server';
import { type CatalogChoice, readCatalog } from '../read-catalog.ts';
import { askMcp } from './mcp-verdict.ts';
import { askTrpc } from './trpc-verdict.ts';
import type { Question, Verdict } from './verdict.ts';

/** What to compare. `expose`, `toolName`, `converters` and `codecs` are those that the handler was given. */
export interface AccessOptions<TRouter extends AnyTRPCRouter> extends CatalogChoice<TRouter> {
  /** Where tRPC is served, such as `http://127.0.0.1:3000/trpc`. */
  trpcUrl: string;
  /** Where MCP is served, such as `http://127.0.0.1:3000/mcp`. */
  mcpUrl: string;
  /** Everybody who might call, by a name of your own: the headers that say who they are, none for an anonymous one. */
  callers: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /**
   * What to call procedures with, by dotted path: one's own row and another's, say. Each is tried for every caller. A
   * procedure without inputs here is called without one.
   */
  inputs?: AccessInputs<TRouter>;
  /** Runs before each single call, to put back what an earlier one has changed or used up. */
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

/** What one caller was answered, on both ways. */
export interface AccessAnswer {
  /** The procedure's dotted path. */
  path: string;
  caller: string;
  input: unknown;
  trpc: Verdict;
  mcp: Verdict;
}

export interface AccessReport {
  /** Every call that was made. */
  answers: AccessAnswer[];
  /** Those among them where tRPC and MCP disagree. */
  differences: AccessAnswer[];
}

/**
 * Calls every procedure that MCP exposes, as every caller, over tRPC and over MCP, and reports whether both allow it, or
 * refuse it with the same code. Both endpoints have to be running; mutations are really done, twice.
 *
 * `scopes`, `visible` and `auth` make MCP stricter where you say so, and are reported like any other difference. One with
 * `mcp: 'OK'` must never be there.
 *
 * Throws a `SetupError` for a router that cannot be served, and an `Error` when nothing is exposed, when an input's path
 * is not, or when an answer comes from something else than the endpoint.
 */
export async function compareAccess<TRouter extends AnyTRPCRouter>(
  router: TRouter,
  options: AccessOptions<TRouter>,
): Promise<AccessReport> {
  const { trpcUrl, mcpUrl, callers, codecs, reset } = options;
  const inputs = (options.inputs ?? {}) as Partial<Record<string, readonly unknown[]>>;
  const tools = await collectTools(router, options, Object.keys(inputs));
  const answers: AccessAnswer[] = [];
  // One after another: what a call changes must not be seen by its neighbour.
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
  // What is streamed over tRPC needs a connection of its own, and is no call to compare.
  const tools = all.flatMap((tool) => (tool.type === 'subscription' ? [] : { ...tool, type: tool.type }));
  if (tools.length === 0)
    throw new Error('no procedure of this router is exposed, so there is nothing to compare');
  const unknown = paths.find((path) => !tools.some((tool) => tool.path === path));
  if (unknown) throw new Error(`there are inputs for ${unknown}, which no exposed procedure has as its path`);
  return tools;
}
