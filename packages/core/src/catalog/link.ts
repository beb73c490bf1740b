import type { AnyTRPCRouter } from '@trpc/server';
import type { SetupProblem } from '../setup-error.ts';
import type { Callable } from './callable.ts';
import { toFiller } from './filler.ts';
import { type Item, type ItemOptions, toNamedCallable } from './item.ts';
import { renameInput } from './rename.ts';
import { type Tool, toTool } from './tool.ts';
import { type Tag, TagError } from './tag.ts';
import { findProcedure } from './walk.ts';

/** Finds the queries that items name, of which there are others too (`all`), such as the one of `dryRun`, and reports the paths that have no query. */
export function linkItems(
  items: readonly Item[],
  router: AnyTRPCRouter,
  options: ItemOptions & { tag?: Tag | undefined },
  all: readonly Item[] = items,
): SetupProblem[] {
  const problems: SetupProblem[] = [];
  const find = (owner: Item, setting: string, path: string): Callable | undefined => {
    const found = findNamed(router, path, options);
    if ('name' in found) return found;
    const message = `${setting} names "${path}", which cannot be used for it: ${found.message}`;
    problems.push({ code: found.code, path: owner.path, message });
    return undefined;
  };

  for (const item of items) {
    if (item.kind === 'tool') {
      const query = item.dryRun === undefined ? undefined : find(item, 'mcp.dryRun', item.dryRun);
      if (query) item.dryRunner = toDryRunner(item, query);
      const { confirm } = item;
      const asked = confirm?.with === undefined ? undefined : find(item, 'mcp.confirm.with', confirm.with);
      const filler = asked && toFiller(item, asked);
      if (Array.isArray(filler)) problems.push(...filler);
      else item.filler = filler;
      continue;
    }
    const { properties = {} } = item.input.schema;
    for (const [argument, path] of Object.entries(item.complete)) {
      if (!Object.hasOwn(properties, argument)) {
        const names = Object.keys(properties).join(', ') || 'none';
        const message = `mcp.complete completes "${argument}", which is not an argument; the arguments are: ${names}`;
        problems.push({ code: 'ARGUMENT_UNKNOWN', path: item.path, message });
        continue;
      }
      const completer = find(item, `mcp.complete.${argument}`, path);
      if (completer) item.completers.set(argument, completer);
    }
    if (item.kind === 'prompt' || item.list === undefined) continue;
    if (item.uri.variables.length === 0) {
      const message = `"${item.uri.text}" is one resource, which is listed itself; remove mcp.resource.list`;
      problems.push({ code: 'LIST_UNUSED', path: item.path, message });
      continue;
    }
    item.lister = find(item, 'mcp.resource.list', item.list);
  }
  return [...problems, ...problemsOfApps(items, all)];
}

function findNamed(
  router: AnyTRPCRouter,
  path: string,
  options: ItemOptions & { tag?: Tag | undefined },
): Callable | SetupProblem {
  try {
    const procedure = findProcedure(router, path, options.tag);
    if (procedure) return toNamedCallable(procedure, options);
    return { code: 'PATH_UNKNOWN', path, message: 'there is no such procedure' };
  } catch (error) {
    if (error instanceof TagError) return { code: error.code, path, message: error.message };
    throw error;
  }
}

/**
 * Makes the tool that runs in place of another one. Its arguments are those of the other one, which knows them. Whoever may
 * not know or call both the tool and the query may not call it.
 */
function toDryRunner({ name, input, scopes, visible, structured }: Tool, query: Callable): Tool {
  // Both call the arguments alike, for the client as well as for the app.
  const own = input.renamed ? renameInput(query.input, input.renamed) : query.input;
  const decode = (args: unknown): unknown => {
    input.decode(args);
    return own.decode(args);
  };
  const guarded = {
    ...query,
    name,
    scopes: [...new Set([...scopes, ...query.scopes])],
    visible: toBoth(visible, query.visible),
  };
  // It is not listed, so no schema is needed, and what it calls its arguments is no matter.
  const called = { ...guarded, input: { ...own, decode, isWritten: true } };
  return toTool(called, { structured }, { outputSchemas: false });
}

function toBoth(one: Callable['visible'], other: Callable['visible']): Callable['visible'] {
  if (!one || !other || one === other) return one ?? other;
  // An app without types may return anything. Only `true` makes it visible.
  return async (ctx) => ((await one(ctx)) as unknown) === true && ((await other(ctx)) as unknown) === true;
}

/** Reports tools whose page (MCP Apps) no resource serves. @see https://github.com/modelcontextprotocol/ext-apps */
function problemsOfApps(items: readonly Item[], all: readonly Item[]): SetupProblem[] {
  const uris = new Set(all.flatMap((item) => (item.kind === 'resource' ? item.uri.text : [])));
  return items.flatMap((item) => {
    if (item.kind !== 'tool') return [];
    const { ui } = (item.listed.modern._meta ?? {}) as { ui?: { resourceUri?: unknown } };
    const uri = ui?.resourceUri;
    if (uri === undefined || (typeof uri === 'string' && uris.has(uri))) return [];
    const message = `_meta.ui.resourceUri is ${JSON.stringify(uri)}, which is not the URI of a resource; tag a query with this mcp.resource.uri`;
    return [{ code: 'APP_MISSING', path: item.path, message }];
  });
}
