import type { AnyTRPCRouter } from '@trpc/server';
import type { Catalog, CatalogSource } from '../catalog/catalog.ts';
import type { OwnItems } from '../catalog/own.ts';
import type { Tag } from '../catalog/tag.ts';
import { collectPaths, collectProcedures } from '../catalog/walk.ts';
import type { SetupProblem } from '../setup-error.ts';
import type { ServerInfo } from './options.ts';

/**
 * Finds a function that asks for the context of a handler without `createContext`: a `visible` would hide its procedure
 * from everybody, and `server.instructions` would say nothing. Whether middlewares and resolvers need a context cannot be known.
 */
export function checkAsking(
  router: AnyTRPCRouter,
  options: OwnItems & { createContext?: unknown; tag?: Tag | undefined; server?: ServerInfo | undefined },
): SetupProblem[] {
  // A `createContext` of a wrong kind is a problem of its own.
  if (Object.hasOwn(options, 'createContext')) return [];
  const { tools = [], resources = [], prompts = [], server } = options;
  const tagged = collectProcedures(router, collectPaths(router), options.tag);
  const asking = [
    ...tagged.map(({ path, settings }) => ({ name: path, visible: settings.visible })),
    ...tools,
    ...resources,
    ...prompts,
  ].find(({ visible }) => typeof visible === 'function' && visible.length > 0);
  const { instructions } = server ?? {};
  const isInstructing = typeof instructions === 'function' && instructions.length > 0;
  if (!asking && !isInstructing) return [];
  const who = asking ? `visible of ${asking.name}` : 'server.instructions';
  const message = `${who} asks for the context, and without createContext there is none; pass the createContext of tRPC’s own adapter`;
  return [{ code: 'CONTEXT_MISSING', path: 'createContext', message }];
}

/** Warns if nothing is tagged, because an endpoint without anything looks as if it worked. */
export function warnIfEmpty(router: AnyTRPCRouter, source: CatalogSource, tag: Tag | undefined): void {
  const warn = (catalog: Catalog) => {
    const { tools, prompts, resources, skills } = catalog;
    if (skills || tools.size + prompts.size + resources.size > 0 || catalog.templates.length > 0) return;
    // What is tagged and not exposed at the moment was meant so.
    if (collectProcedures(router, collectPaths(router), tag).length > 0) return;
    console.warn(warning);
  };
  if (source.current) warn(source.current);
  else void source.whole.then(warn);
}

const warning =
  'MCP serves nothing of this router, because no procedure is tagged. Tag those that MCP clients may call: ' +
  't.procedure.meta({ mcp: true }), where t is initTRPC.meta<McpMeta>().create(); or many at once, with the option tag.';
