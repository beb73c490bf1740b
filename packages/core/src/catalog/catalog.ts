import type { AnyTRPCRouter } from '@trpc/server';
import type { SchemaOptions } from '../schema/input.ts';
import { SetupError, type SetupProblem } from '../setup-error.ts';
import type { BypassKind } from './bypassable.ts';
import { checkPatterns, createFilter, type Expose } from './expose.ts';
import { checkName } from './name.ts';
import { type Era, type ListedTool, type Tool, toTool } from './tool.ts';
import { collectPaths, collectProcedures, hasLazyRouters, loadLazyRouters } from './walk.ts';

export interface CatalogOptions extends SchemaOptions {
  expose?: Expose | undefined;
  toolName?: ((path: string) => string) | undefined;
  /** What the handler authenticates with, and so knows the scopes of. */
  auth?: object | undefined;
  /** What the handler means to bypass. */
  bypass?: Partial<Record<BypassKind, boolean>> | undefined;
}

/** Everything a handler serves, made once. */
export interface Catalog {
  /** By name. */
  tools: ReadonlyMap<string, Tool>;
  /** Sorted by name. */
  list: Record<Era, readonly ListedTool[]>;
  /** Whether some tools are hidden from some callers. */
  hasHidden: boolean;
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
export function createCatalog(
  router: AnyTRPCRouter,
  options: CatalogOptions,
  optionProblems: readonly SetupProblem[] = [],
): CatalogSource {
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
        const tool = toTool(procedure, options);
        return Array.isArray(tool) ? tool : addTool(tools, tool, options);
      });
  };

  const checkWhole = () => [
    ...checkPatterns(options.expose, tagged, [...walked]),
    ...checkBypass(options, [...tools.values()]),
  ];

  const isLazy = hasLazyRouters(router);
  const problems = [...optionProblems, ...collect()];
  if (!isLazy) problems.push(...checkWhole());
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
    ...checkWhole(),
  ]);
  source.whole = source.problems.then(() => (source.current = freeze(tools)));
  return source;
}

function addTool(tools: Map<string, Tool>, tool: Tool, options: CatalogOptions): SetupProblem[] {
  const { name, path } = tool;
  if (tool.scopes.length > 0 && !options.auth) {
    const message = `it needs the scopes ${tool.scopes.join(', ')}, and nobody has any without the option auth; set auth.authenticate, or take the scopes out`;
    return [{ code: 'SCOPES_WITHOUT_AUTH', path, message }];
  }
  const scope = tool.scopes.find((each) => !scopeToken.test(each));
  if (scope !== undefined) {
    const message = `${JSON.stringify(scope)} is no scope: it has to be printable ASCII without spaces, quotes and backslashes`;
    return [{ code: 'SCOPE_INVALID', path, message }];
  }
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

/** @see https://www.rfc-editor.org/rfc/rfc6749#section-3.3 */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/** A bypass that nothing answers to is a mistake. */
function checkBypass({ bypass = {} }: CatalogOptions, tools: readonly Tool[]): SetupProblem[] {
  const kinds = (['authentication', 'permissions'] as const).filter((kind) => bypass[kind]);
  return kinds
    .filter((kind) => !tools.some(({ bypassKinds }) => bypassKinds.includes(kind)))
    .map((kind) => {
      const message = `nothing that is exposed has middleware marked with bypassable('${kind}', …); mark it, or take bypass.${kind} out`;
      return { code: 'BYPASS_UNUSED', path: 'bypass', message };
    });
}

/** Sorted by code unit, so that the order is the same on every machine. */
function freeze(tools: Map<string, Tool>): Catalog {
  const sorted = [...tools].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const list = (era: Era) => sorted.map(([, tool]) => tool.listed[era]);
  const hasHidden = sorted.some(([, { visible }]) => visible);
  return { tools: new Map(sorted), list: { modern: list('modern'), legacy: list('legacy') }, hasHidden };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
