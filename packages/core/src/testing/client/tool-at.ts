import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import type { AnyTRPCRouter } from '@trpc/server';
import type { Catalog, CatalogSource } from '../../catalog/catalog.ts';
import type { Tag } from '../../catalog/tag.ts';
import type { Tool } from '../../catalog/tool.ts';
import { collectPaths, collectProcedures } from '../../catalog/walk.ts';
import type { SetupProblem } from '../../setup-error.ts';

/** Finds the tool of a procedure. Rejects with the server's error for unknown tools, and says what to change. */
export async function findTool(
  router: AnyTRPCRouter,
  source: CatalogSource,
  path: string,
  tag: Tag | undefined,
): Promise<Tool> {
  const catalog = source.current ?? (await source.whole);
  for (const tool of catalog.tools.values()) if (tool.router === router && tool.path === path) return tool;
  const problems = [...(await source.problems), ...(await source.leftOut)];
  const reason = explainMissing(router, catalog, problems, path, tag);
  throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${reason}`);
}

function explainMissing(
  router: AnyTRPCRouter,
  { resources, templates, prompts }: Catalog,
  problems: readonly SetupProblem[],
  path: string,
  tag: Tag | undefined,
): string {
  const problem = problems.find((one) => one.path === path || path.startsWith(`${one.path}.`));
  if (problem) return `${path} cannot be served: ${problem.message} [${problem.code}]`;
  if (!collectPaths(router).includes(path)) return `no procedure of this router has the path ${path}`;
  const others = [...resources.values(), ...templates, ...prompts.values()];
  const other = others.find((item) => item.router === router && item.path === path);
  if (other) return `${path} is a ${other.kind} and not a tool; set mcp.tool to true if it should be both`;
  if (collectProcedures(router, [path], tag).length > 0) {
    return `${path} is tagged, but the option expose leaves it out; include it there`;
  }
  return `${path} is not tagged for MCP; add mcp: true to its meta: .meta({ mcp: true })`;
}

/**
 * Adds to an unknown-tool error that the tool exists but is hidden from this caller. A server must not say that; a
 * test may.
 */
export function explainHidden(error: unknown, { name, path, visible }: Tool): unknown {
  if (!visible || !(error instanceof ProtocolError) || error.message !== `Unknown tool: ${name}`)
    return error;
  const reason = `${path} is hidden from this caller by visible in its meta; check the context of the test`;
  return new ProtocolError(error.code, `Unknown tool: ${reason}`);
}
