import type { AnyTRPCRouter } from '@trpc/server';
import type { Callable } from '../catalog/callable.ts';
import { isWritten, type ListedTool, type Tool } from '../catalog/tool.ts';
import type { ListedPrompt } from '../catalog/prompt.ts';
import type { ListedResource } from '../catalog/resource.ts';
import type { OwnItems } from '../catalog/own.ts';
import { type Contract, toContract } from './contract/contract-file.ts';
import { type CatalogChoice, readCatalog } from './read-catalog.ts';
import { describeValues, type ToolValues } from './values.ts';

export { type Change, diffContracts } from './contract/contract-diff.ts';
export {
  type Contract,
  type PromptContract,
  type ResourceContract,
  type ToolContract,
  writeContract,
} from './contract/contract-file.ts';
export type { ListedPrompt } from '../catalog/prompt.ts';
export type { ListedResource } from '../catalog/resource.ts';
export type { ListedTool } from '../catalog/tool.ts';
export type { Special } from '../schema/special.ts';
export type { ToolValues } from './values.ts';
export type { CatalogChoice } from './read-catalog.ts';

/** What is known of a procedure besides its entry in a list. */
export interface ProcedureDescription {
  /** The name of the tool or prompt; for a resource, its name in the list. */
  name: string;
  /** The procedure's dotted path. */
  path: string;
  type: 'query' | 'mutation' | 'subscription';
  /** The group that it belongs to. */
  toolset: string;
  /** The scopes that a caller's credential needs. */
  scopes: readonly string[];
  /** Whether some callers do not see it. */
  isHidden: boolean;
  /** Whether it is one of the app's options `tools`, `resources` and `prompts`, and no procedure of the router. */
  isOwn: boolean;
}

/** A tool, and what the app says of it. */
export interface ToolDescription extends ProcedureDescription {
  /** Whether its author wrote a description. */
  isDescribed: boolean;
  /** Whether a person is asked before it runs. */
  asks: boolean;
  /** Whether a call with the same key runs once. */
  isIdempotent: boolean;
  /** The path of the query that says what a call would do. */
  dryRun: string | undefined;
  isPinned: boolean;
  /** Whether it gives long results in parts. */
  hasBudget: boolean;
  /** Whether it collects what a stream yields. */
  isStream: boolean;
  /** Whether it has an output schema of its own, listed or not. */
  hasOutput: boolean;
  /** Its entry in `tools/list` for clients of 2026. */
  listed: ListedTool;
  /** What its procedure takes and returns. */
  values: ToolValues;
}

export interface ResourceDescription extends ProcedureDescription {
  /** The URI, or the template of URIs. */
  uri: string;
  isTemplate: boolean;
  listed: ListedResource;
}

export interface PromptDescription extends ProcedureDescription {
  listed: ListedPrompt;
}

/** Everything that a handler with these options would serve, sorted by name. */
export interface CatalogDescription {
  tools: ToolDescription[];
  resources: ResourceDescription[];
  prompts: PromptDescription[];
  /** The entries in `tools/list` of the tools that the option `asTools` adds. */
  standIns: ListedTool[];
  /** What `expectCatalog` compares with a file. */
  contract: Contract;
}

/**
 * Describes what a handler would serve of a router, lazy routers included. Give it the same options as the handler.
 * Rejects with a `SetupError` if the router could not be served.
 */
export async function describeCatalog<TRouter extends AnyTRPCRouter>(
  router: TRouter,
  options: CatalogChoice<TRouter> & OwnItems = {},
): Promise<CatalogDescription> {
  const catalog = await readCatalog(router, options as CatalogChoice, options);
  const describe = (callable: Callable): ProcedureDescription => describeProcedure(callable, router);
  const readable = [...catalog.resources.values(), ...catalog.templates];
  return {
    tools: Array.from(catalog.tools.values(), (tool) => ({ ...describe(tool), ...describeTool(tool) })),
    resources: readable.map((resource) => ({
      ...describe(resource),
      uri: resource.uri.text,
      isTemplate: resource.uri.variables.length > 0,
      listed: resource.listed.modern,
    })),
    prompts: Array.from(catalog.prompts.values(), (prompt) => ({
      ...describe(prompt),
      listed: prompt.listed.modern,
    })),
    standIns: Array.from(catalog.standIns.values(), ({ listed }) => listed.modern),
    contract: toContract(catalog),
  };
}

function describeProcedure(
  { name, path, type, toolset, scopes, visible, router }: Callable,
  appRouter: AnyTRPCRouter,
): ProcedureDescription {
  return { name, path, type, toolset, scopes, isHidden: visible !== undefined, isOwn: router !== appRouter };
}

function describeTool(tool: Tool): Omit<ToolDescription, keyof ProcedureDescription> {
  return {
    isDescribed: isWritten(tool),
    asks: tool.confirm !== undefined,
    isIdempotent: tool.isIdempotent,
    dryRun: tool.dryRun,
    isPinned: tool.pinned,
    hasBudget: tool.portion !== undefined,
    isStream: tool.stream !== undefined,
    hasOutput: tool.output.schema !== undefined,
    listed: tool.listed.modern,
    values: describeValues(tool),
  };
}
