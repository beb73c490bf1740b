import type { AnyTRPCRouter } from '@trpc/server';
import { SetupError, type SetupProblem } from '../setup-error.ts';
import { checkPatterns, createFilter, type Expose } from './expose.ts';
import { checkName } from './name.ts';
import { type Era, type ListedTool, type Tool, toTool } from './tool.ts';
import { collectPaths, collectProcedures, hasLazyRouters, loadLazyRouters } from './walk.ts';

export interface CatalogOptions {
  expose?: Expose | undefined;
  toolName?: ((path: string) => string) | undefined;
}

/** Everything a handler serves, made once. */
export interface Catalog {
  /** By name. */
  tools: ReadonlyMap<string, Tool>;
  /** Sorted by name. */
  list: Record<Era, readonly ListedTool[]>;
}

/** A catalog that is whole now, or will be when the lazy routers are loaded. */
export interface CatalogSource {
  /** `undefined` while lazy routers load. */
  current: Catalog | undefined;
  /** Never rejects: what lazy routers could not bring is left out. */
  whole: Promise<Catalog>;
  /** What lazy routers could not bring. */
  problems: Promise<readonly SetupProblem[]>;
}

/**
 * Makes the catalog of a router. Throws a `SetupError` with every problem of what is loaded already; problems of lazy
 * routers come later, and cost only the tools they concern.
 */
export function createCatalog(router: AnyTRPCRouter, options: CatalogOptions): CatalogSource {
  const tools = new Map<string, Tool>();
  const isExposed = createFilter(options.expose);
  const walked = new Set<string>();
  const tagged: string[] = [];

  const collect = (): SetupProblem[] => {
    const paths = collectPaths(router).filter((path) => !walked.has(path));
    for (const path of paths) walked.add(path);
    const procedures = collectProcedures(router, paths);
    tagged.push(...procedures.map(({ path }) => path));
    return procedures
      .filter(({ path }) => isExposed(path))
      .flatMap((procedure) => {
        const tool = toTool(procedure, options.toolName);
        return Array.isArray(tool) ? tool : addTool(tools, tool);
      });
  };

  const isLazy = hasLazyRouters(router);
  const problems = collect();
  if (!isLazy) problems.push(...checkPatterns(options.expose, tagged, [...walked]));
  if (problems.length > 0) throw new SetupError(problems);
  if (!isLazy) {
    const catalog = freeze(tools);
    return { current: catalog, whole: Promise.resolve(catalog), problems: Promise.resolve([]) };
  }

  const source: CatalogSource = { current: undefined, whole: undefined!, problems: undefined! };
  source.problems = loadLazyRouters(router).then((failed) => [
    ...Array.from(failed, ([path, error]) => ({
      code: 'LAZY_FAILED',
      path,
      message: `this lazy router did not load: ${messageOf(error)}`,
    })),
    ...collect(),
    ...checkPatterns(options.expose, tagged, [...walked]),
  ]);
  source.whole = source.problems.then(() => (source.current = freeze(tools)));
  return source;
}

function addTool(tools: Map<string, Tool>, tool: Tool): SetupProblem[] {
  const { name, path } = tool;
  const illegal = checkName(name, path);
  if (illegal) return [illegal];
  const other = tools.get(name);
  if (other) {
    const message = `"${name}" is the name of both ${other.path} and ${path}; set mcp.name on one of them`;
    return [{ code: 'NAME_CLASH', path, message }];
  }
  tools.set(name, tool);
  return [];
}

/** Sorted by code unit, so that the order is the same on every machine. */
function freeze(tools: Map<string, Tool>): Catalog {
  const sorted = [...tools].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const list = (era: Era) => sorted.map(([, tool]) => tool.listed[era]);
  return { tools: new Map(sorted), list: { modern: list('modern'), legacy: list('legacy') } };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
