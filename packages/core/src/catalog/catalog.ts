import type { AnyTRPCRouter } from '@trpc/server';
import { isScope } from '../auth/scope.ts';
import { isDevelopment } from '../development.ts';
import { SetupError, type SetupProblem } from '../setup-error.ts';
import type { BypassKind } from './bypassable.ts';
import { checkPatterns, createFilter, type Expose, type ExposeFunction } from './expose.ts';
import {
  discoveryNames,
  type DiscoveryRule,
  type DiscoveryTool,
  type Front,
  type FrontRules,
  toFront,
} from './front.ts';
import { toSecuritySchemes } from './hints.ts';
import { type Item, type ItemOptions, toItems } from './item.ts';
import { linkItems } from './link.ts';
import { checkName } from './name.ts';
import { type OwnItems, toOwnRouter } from './own.ts';
import type { Prompt } from './prompt.ts';
import { type Budget, checkBudget } from './size.ts';
import type { Resource } from './resource.ts';
import type { Tag } from './tag.ts';
import type { Tool } from './tool.ts';
import { refusedOf } from './refused.ts';
import { templatesOverlap } from './uri-template.ts';
import { collectPaths, collectProcedures, hasLazyRouters, loadLazyRouters, type Procedure } from './walk.ts';

export interface CatalogOptions extends ItemOptions, OwnItems {
  expose?: Expose | ExposeFunction | undefined;
  tag?: Tag | undefined;
  budget?: Budget | undefined;
  /** The kinds of middleware that the handler bypasses. */
  bypass?: Partial<Record<BypassKind, boolean>> | undefined;
  listing?: 'all' | 'permitted' | undefined;
  /** Whether tools are searched for. */
  discovery?: Discovery | undefined;
}

/** How models find tools: in the list, by a search in place of it, or by a search from so many tools on. */
export type Discovery = 'list' | 'search' | DiscoveryRule;

/** Everything that a handler serves. It is made once. */
export interface Catalog {
  /** By name, in its order. */
  tools: ReadonlyMap<string, Tool>;
  /** By name. */
  prompts: ReadonlyMap<string, Prompt>;
  /** Resources whose URI is fixed, by URI. */
  resources: ReadonlyMap<string, Resource>;
  /** Resources whose URI is a template. */
  templates: readonly Resource[];
  /** Whether some callers see less than others. */
  hasHidden: boolean;
  /** What `tools/list` holds in place of all tools, where they are searched for. */
  front: Front | undefined;
  /** The catalog that this one is a part of. */
  whole: Catalog | undefined;
  rules: FrontRules;
  /** Whether the next request may get another catalog, because `expose` is a function. */
  isLive: boolean;
  /** Whether some arguments are also sent as headers. */
  hasParamHeaders: boolean;
}

/** A catalog that is complete now, or that will be when the lazy routers are loaded. */
export interface CatalogSource {
  /** The catalog that is served now; `undefined` while lazy routers load. */
  readonly current: Catalog | undefined;
  /** The complete catalog. Never rejects: procedures of lazy routers that have problems are left out. */
  whole: Promise<Catalog>;
  /** The problems of the lazy routers. */
  problems: Promise<readonly SetupProblem[]>;
  /** What is not served, although the rest is: in production, tools whose published schema is not valid. */
  leftOut: Promise<readonly SetupProblem[]>;
  /** What is served although some clients lose all tools over it: in production, JSON Schemas of the app. */
  refused: Promise<readonly SetupProblem[]>;
}

/**
 * Makes the catalog of a router. Throws a `SetupError` with every problem of the procedures that are loaded already. The
 * problems of lazy routers come later, and only the procedures that have them are left out.
 */
export function createCatalog(
  router: AnyTRPCRouter,
  options: CatalogOptions,
  optionProblems: readonly SetupProblem[] = [],
  onChange: () => void = () => {},
): CatalogSource {
  const items: Item[] = [];
  const names = new Map<string, Item>();
  const isExposed = createFilter(options.expose);
  const walked = new Set<string>();
  const tagged: string[] = [];

  const addItem = (item: Item): SetupProblem[] => {
    const problem =
      scopeProblemOf(item, options) ??
      (item.kind === 'resource'
        ? uriProblemOf(items, item)
        : (takenProblemOf(item, options) ?? nameProblemOf(names, item)));
    if (problem) return [problem];
    items.push(item);
    return [];
  };
  const leftOut: SetupProblem[] = [];
  const refused: SetupProblem[] = [];
  const addProblem = (problem: SetupProblem): SetupProblem[] => {
    if (problem.code !== 'SCHEMA_INVALID' || isDevelopment()) return [problem];
    leftOut.push(problem);
    return [];
  };
  const checkSchemas = (made: Item, procedure: Procedure): SetupProblem[] => {
    // What this package makes of a parser is taken by all clients.
    if (made.kind !== 'tool' || !hasOwnSchema(procedure, router)) return [];
    const problems = refusedOf(made);
    if (isDevelopment()) return problems;
    refused.push(...problems);
    return [];
  };
  const add = (procedures: readonly Procedure[], itemOptions: ItemOptions = options): SetupProblem[] =>
    procedures.flatMap((procedure) =>
      toItems(procedure, itemOptions).flatMap((made) =>
        'code' in made ? addProblem(made) : [...addItem(made), ...checkSchemas(made, procedure)],
      ),
    );
  const collect = (): SetupProblem[] => {
    const paths = collectPaths(router).filter((path) => !walked.has(path));
    for (const path of paths) walked.add(path);
    const untold: SetupProblem[] = [];
    const procedures = collectProcedures(router, paths, options.tag, (path, { code, message }) =>
      untold.push({ code, path, message }),
    );
    tagged.push(...procedures.map(({ path }) => path));
    return [...untold, ...add(procedures.filter(({ path }) => isExposed(path)))];
  };
  const collectOwn = (): SetupProblem[] => {
    const own = toOwnRouter(options);
    // Types are read of the app's router.
    return add(collectProcedures(own, collectPaths(own)), { ...options, outputs: undefined });
  };

  const rules: FrontRules = {
    discovery: toRule(options.discovery),
    isPersonal: options.listing === 'permitted',
    isReadOnly: false,
    schemes: toSecuritySchemes([], options.auth),
  };
  const checkWhole = () => [
    ...linkItems(items, router, options),
    ...checkPatterns(options.expose, tagged, [...walked]),
    ...checkBypass(options, items),
    ...checkBudget(listedIn(freeze(items, rules)), options.budget),
  ];

  const isLazy = hasLazyRouters(router);
  const problems = [...optionProblems, ...collect(), ...collectOwn()];
  if (!isLazy) problems.push(...checkWhole());
  if (problems.length > 0) throw new SetupError(problems);
  const { expose } = options;
  const isOwn = (item: Item) => item.router !== router;
  const make = (shown: readonly Item[]) => freeze(shown, rules);
  const serve = (): (() => Catalog) => {
    if (typeof expose === 'function')
      return select(items, (item) => isOwn(item) || holds(expose, item.path), make, onChange);
    const catalog = make(items);
    return () => catalog;
  };
  if (!isLazy) {
    const serving = serve();
    return {
      get current() {
        return serving();
      },
      whole: Promise.resolve(serving()),
      problems: Promise.resolve([]),
      leftOut: Promise.resolve(leftOut),
      refused: Promise.resolve(refused),
    };
  }

  let serving: (() => Catalog) | undefined;
  const later = loadLazyRouters(router).then((failed): SetupProblem[] => [
    ...Array.from(failed, ([path, error]): SetupProblem => ({
      code: 'LAZY_FAILED',
      path,
      message: `this lazy router did not load: ${messageOf(error)}`,
    })),
    ...collect(),
    ...checkWhole(),
  ]);
  const whole = later.then(() => {
    serving = serve();
    return serving();
  });
  return {
    get current() {
      return serving?.();
    },
    whole,
    problems: later,
    leftOut: later.then(() => leftOut),
    refused: later.then(() => refused),
  };
}

/** Serves the items that are exposed at the moment. A new catalog is made only when they have changed. */
function select(
  items: readonly Item[],
  isShown: (item: Item) => boolean,
  make: (items: readonly Item[]) => Catalog,
  onChange: () => void,
): () => Catalog {
  let flags: string | undefined;
  let catalog: Catalog;
  return () => {
    const shown = items.map((item) => isShown(item));
    const next = shown.map(Number).join('');
    if (next !== flags) {
      const isFirst = flags === undefined;
      flags = next;
      catalog = { ...make(items.filter((_, index) => shown[index])), isLive: true };
      if (!isFirst) onChange();
    }
    return catalog;
  };
}

/** Whether the app wrote a schema of this procedure for MCP, or made it without a procedure of its router. */
function hasOwnSchema({ settings, router: owner }: Procedure, router: AnyTRPCRouter): boolean {
  return owner !== router || settings.input !== undefined || settings.output !== undefined;
}

function holds(expose: ExposeFunction, path: string): boolean {
  try {
    // An app without types may return anything; only `true` exposes.
    return (expose(path) as unknown) === true;
  } catch {
    return false;
  }
}

function scopeProblemOf({ scopes, path }: Item, { auth }: CatalogOptions): SetupProblem | undefined {
  if (scopes.length > 0 && !auth) {
    const message = `it needs the scopes ${scopes.join(', ')}, and no caller has scopes without the option auth; set auth.authenticate, or remove the scopes`;
    return { code: 'SCOPES_WITHOUT_AUTH', path, message };
  }
  const scope = scopes.find((each) => !isScope(each));
  if (scope === undefined) return undefined;
  const message = `${JSON.stringify(scope)} is not a scope; a scope is printable ASCII without spaces, quotes and backslashes`;
  return { code: 'SCOPE_INVALID', path, message };
}

function toRule(discovery: Discovery = 'list'): DiscoveryRule | undefined {
  if (discovery === 'list') return undefined;
  return discovery === 'search' ? { over: 0 } : discovery;
}

/** What `tools/list` holds of a catalog, before anything is hidden from somebody. */
export function listedIn({ front, tools }: Catalog): readonly (Tool | DiscoveryTool)[] {
  return front?.tools ?? [...tools.values()];
}

/** The names of the tools to search with are taken, also while there are so few tools that all of them are listed. */
function takenProblemOf(
  { kind, name, path }: Tool | Prompt,
  { discovery }: CatalogOptions,
): SetupProblem | undefined {
  if (kind !== 'tool' || !toRule(discovery) || !discoveryNames.some((taken) => taken === name))
    return undefined;
  const message = `"${name}" is the name of a tool that the option discovery adds; set mcp.name on ${path}`;
  return { code: 'NAME_CLASH', path, message };
}

/** Checks a name: it has to be the only one among the tools, or among the prompts. */
function nameProblemOf(names: Map<string, Item>, item: Tool | Prompt): SetupProblem | undefined {
  const { kind, name, path } = item;
  const setting = kind === 'tool' ? 'mcp.name' : 'mcp.prompt.name';
  const illegal = checkName(name, path, setting);
  if (illegal) return illegal;
  const key = `${kind} ${name}`;
  const other = names.get(key);
  if (!other) names.set(key, item);
  if (!other) return undefined;
  const message = `"${name}" is the name of both ${other.path} and ${path}; set ${setting} on one of them`;
  return { code: 'NAME_CLASH', path, message };
}

function uriProblemOf(items: readonly Item[], { uri, path }: Resource): SetupProblem | undefined {
  const other = items.find(
    (item): item is Resource => item.kind === 'resource' && templatesOverlap(item.uri, uri),
  );
  if (!other) return undefined;
  const message = `"${uri.text}" overlaps with "${other.uri.text}" of ${other.path}: one URI could be read from both; change one of them`;
  return { code: 'URI_CLASH', path, message };
}

/** Reports a bypass for which no procedure has a marked middleware. */
function checkBypass({ bypass = {} }: CatalogOptions, items: readonly Item[]): SetupProblem[] {
  const kinds = (['authentication', 'permissions'] as const).filter((kind) => bypass[kind]);
  return kinds
    .filter((kind) => !items.some(({ bypassKinds }) => bypassKinds.includes(kind)))
    .map((kind) => {
      const message = `no exposed procedure has middleware that is marked with bypassable('${kind}', …); mark it, or remove bypass.${kind}`;
      return { code: 'BYPASS_UNUSED', path: 'bypass', message };
    });
}

/** Makes the catalog of these items. It sorts by code unit, so that the order is the same on every machine. */
export function freeze(items: readonly Item[], rules: FrontRules): Catalog {
  const sorted = items.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const ofKind = <TKind extends Item['kind']>(kind: TKind) =>
    sorted.filter((item): item is Extract<Item, { kind: TKind }> => item.kind === kind);
  const tools = ofKind('tool');
  const isFixed = ({ uri }: Resource) => uri.variables.length === 0;
  const resources = ofKind('resource');
  return {
    tools: new Map(tools.map((tool) => [tool.name, tool])),
    prompts: new Map(ofKind('prompt').map((prompt) => [prompt.name, prompt])),
    resources: new Map(resources.filter(isFixed).map((resource) => [resource.uri.text, resource])),
    templates: resources.filter((resource) => !isFixed(resource)),
    hasHidden: rules.isPersonal || sorted.some(({ visible }) => visible),
    front: toFront(tools, rules),
    whole: undefined,
    rules,
    isLive: false,
    hasParamHeaders: tools.some(({ paramHeaders }) => paramHeaders.length > 0),
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
