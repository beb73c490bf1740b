import type { AddedTool } from './added.ts';
import type { Callable } from './callable.ts';
import type { Catalog } from './catalog.ts';
import type { ListedTool, Tool } from './tool.ts';

/** The key of `_meta` under which a list for people says which procedure a tool is made of. */
const procedureKey = 'trpc-mcp/procedure';

/** What a person wants to know of the procedure behind a tool, as far as it is set. */
export interface ProcedureFacts extends Pick<Callable, 'path' | 'type' | 'toolset'> {
  scopes?: readonly string[];
  /** Whether a person is asked before it runs. */
  confirm?: true;
  /** The path of the query that says what a call would do. */
  dryRun?: string;
  rateLimit?: { points: number; durationMs: number };
}

/**
 * Makes the same catalog with a list for people: it holds every tool, also those that models search for, and says of each of
 * them which procedure it is made of.
 */
export function toInspected(catalog: Catalog): Catalog {
  const { front, hasHidden } = catalog;
  const tools = new Map(Array.from(catalog.tools, ([name, tool]) => [name, withFacts(tool)]));
  const searching = front?.tools.filter((tool): tool is AddedTool => !('path' in tool)) ?? [];
  const listed = [...tools.values(), ...searching].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return {
    ...catalog,
    tools,
    front: front && { ...front, tools: listed, isPersonal: hasHidden },
    // What is made for searching is made once.
    whole: catalog.whole ?? catalog,
  };
}

function withFacts(tool: Tool): Tool {
  const facts = { [procedureKey]: factsOf(tool) };
  const add = (listed: ListedTool): ListedTool => ({ ...listed, _meta: { ...listed._meta, ...facts } });
  const { modern, legacy } = tool.listed;
  return { ...tool, listed: { modern: add(modern), legacy: add(legacy) } };
}

function factsOf(tool: Tool): ProcedureFacts {
  const { path, type, toolset, scopes, confirm, rateLimit, dryRunner, visible } = tool;
  return {
    path,
    type,
    toolset,
    ...(scopes.length > 0 && { scopes }),
    ...(confirm && { confirm: true }),
    // Not where the query is hidden from some callers who may know of the tool.
    ...(dryRunner?.visible === visible && dryRunner && { dryRun: dryRunner.path }),
    ...(rateLimit && { rateLimit: { points: rateLimit.points, durationMs: rateLimit.durationMs } }),
  };
}
