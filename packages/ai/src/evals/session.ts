import { randomBytes } from 'node:crypto';
import { createToolCaller } from '@trpc-mcp/core/caller';
import { describeCatalog } from '@trpc-mcp/core/catalog';
import type { EvalAgent } from './agent.ts';
import { watchCalls } from './calls.ts';
import { type CaseStore, createCaseStore } from './case-store.ts';
import type { AnyEvals, EvalToolOptions } from './definition.ts';
import { loadSdk, type ModelLike, type ModelTool } from './model.ts';
import type { RecordedTool } from './record.ts';
import { toRecordedTool } from './staleness.ts';

/** What all cases of a run share. */
export interface Session {
  evals: AnyEvals;
  agent: EvalAgent;
  /** The model to record; `undefined` for a replay. */
  model: ModelLike | undefined;
  /** The options of the tools. They are the same objects for all cases, so that the router is mounted once. */
  toolOptions: EvalToolOptions;
  store: CaseStore;
  catalog: ToolCatalog;
  /** Whether any change of the list of tools makes a record stale. */
  isStrict: boolean;
  /** Ends the run. */
  signal: AbortSignal;
}

/** The tools of the app. */
export interface ToolCatalog {
  /** The names by which an expectation may name a tool. */
  names: ReadonlySet<string>;
  /** Whether a tool is one of the app's, and none that finds or calls others. */
  isOfApp: (tool: string) => boolean;
  /** The dotted path of the procedure that a tool calls; `undefined` if it calls none. */
  pathOf: (tool: string) => string | undefined;
  /** Everything that a record compares: what the model was given, and what it can reach through search and code. */
  toRecorded: (given: readonly ModelTool[]) => ReadonlyMap<string, RecordedTool>;
}

/** Prepares a run of evals. Rejects with a `SetupError` if the router cannot be served. */
export async function openSession(
  evals: AnyEvals,
  { model, isStrict, signal }: Pick<Session, 'model' | 'isStrict' | 'signal'>,
): Promise<Session> {
  const given = (evals.options ?? {}) as EvalToolOptions;
  const store = createCaseStore();
  const onCall = [given.onCall ?? []].flat();
  const toolOptions: EvalToolOptions = {
    // What a store of the app holds is put back by its own `setup`.
    ...(given.store === undefined && { store, secret: randomBytes(32).toString('base64') }),
    ...given,
    onCall: [watchCalls, ...onCall],
  };
  const catalog = await readCatalog(evals, given);
  // Throws for options that are wrong, once and before the first case.
  createToolCaller(evals.router, { ...toolOptions, ctx: {} });
  return {
    evals,
    agent: evals.agent ?? (await loadAgent()),
    model,
    toolOptions,
    store,
    catalog,
    isStrict,
    signal,
  };
}

async function loadAgent(): Promise<EvalAgent> {
  const { generateText } = await loadSdk();
  return ({ model, tools, system, messages, abortSignal, stopWhen }) =>
    generateText({ model, tools, messages, abortSignal, stopWhen, ...(system !== undefined && { system }) });
}

async function readCatalog({ router }: AnyEvals, options: EvalToolOptions): Promise<ToolCatalog> {
  const { tools, standIns } = await describeCatalog(router, options);
  const own = new Map(
    [...tools.map(({ listed }) => listed), ...standIns].map((each) => [
      each.name,
      toRecordedTool(each as ModelTool),
    ]),
  );
  const paths = new Map(tools.map(({ listed, path }) => [listed.name, path]));
  const isListing = options.discovery === undefined || options.discovery === 'list';
  const isOfApp = (tool: string): boolean => isListing || own.has(tool);
  return {
    names: new Set([...own.keys(), ...tools.map(({ path }) => path.replaceAll('.', '_'))]),
    isOfApp,
    pathOf: (tool) => paths.get(tool),
    toRecorded: (given) => {
      // The descriptions of tools that find others name what there is, and change with every tool of the app.
      const listed = given.map((tool): [string, RecordedTool] => [
        tool.name,
        toRecordedTool(isOfApp(tool.name) ? tool : { inputSchema: tool.inputSchema }),
      ]);
      return new Map([...(isListing ? [] : own), ...listed]);
    },
  };
}
