import type { AnyTRPCRouter } from '@trpc/server';
import { isScope } from '../auth/scope.ts';
import { SetupError, type SetupProblem } from '../setup-error.ts';
import type { BypassKind } from './bypassable.ts';
import { checkPatterns, createFilter, type Expose, type ExposeFunction } from './expose.ts';
import { type Item, type ItemOptions, toItems } from './item.ts';
import { linkItems } from './link.ts';
import { checkName } from './name.ts';
import { type OwnItems, toOwnRouter } from './own.ts';
import type { Prompt } from './prompt.ts';
import type { Resource } from './resource.ts';
import type { Era, ListedTool, Tool } from './tool.ts';
import { templatesOverlap } from './uri-template.ts';
import { collectPaths, collectProcedures, hasLazyRouters, loadLazyRouters, type Procedure } from './walk.ts';

export interface CatalogOptions extends ItemOptions, OwnItems {
  expose?: Expose | ExposeFunction | undefined;
  /** What the handler authenticates with, and so knows the scopes of. */
  auth?: object | undefined;
  /** What the handler means to bypass. */
  bypass?: Partial<Record<BypassKind, boolean>> | undefined;
  listing?: 'all' | 'permitted' | undefined;
}

/** Everything a handler serves, made once. */
export interface Catalog {
  /** By name. */
  tools: ReadonlyMap<string, Tool>;
  /** By name. */
  prompts: ReadonlyMap<string, Prompt>;
  /** By URI, where it is fixed. */
  resources: ReadonlyMap<string, Resource>;
  /** Resources whose URI is a template. */
  templates: readonly Resource[];
  /** The tools, sorted by name. */
  list: Record<Era, readonly ListedTool[]>;
  /** Whether something is hidden from some callers. */
  hasHidden: boolean;
  /** Whether it may be another one with the next request. */
  isLive: boolean;
  /** Whether some arguments travel as headers too. */
  hasParamHeaders: boolean;
}

/** A catalog that is whole now, or will be when the lazy routers are loaded. */
export interface CatalogSource {
  /** What is served now. `undefined` while lazy routers load. */
  readonly current: Catalog | undefined;
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
      (item.kind === 'resource' ? uriProblemOf(items, item) : nameProblemOf(names, item));
    if (problem) return [problem];
    items.push(item);
    return [];
  };
  const add = (procedures: readonly Procedure[]): SetupProblem[] =>
    procedures.flatMap((procedure) =>
      toItems(procedure, options).flatMap((made) => ('code' in made ? [made] : addItem(made))),
    );
  const collect = (): SetupProblem[] => {
    const paths = collectPaths(router).filter((path) => !walked.has(path));
    for (const path of paths) walked.add(path);
    const procedures = collectProcedures(router, paths);
    tagged.push(...procedures.map(({ path }) => path));
    return add(procedures.filter(({ path }) => isExposed(path)));
  };
  const collectOwn = (): SetupProblem[] => {
    const own = toOwnRouter(options);
    return add(collectProcedures(own, collectPaths(own)));
  };

  const checkWhole = () => [
    ...linkItems(items, router, options),
    ...checkPatterns(options.expose, tagged, [...walked]),
    ...checkBypass(options, items),
  ];

  const isLazy = hasLazyRouters(router);
  const problems = [...optionProblems, ...collect(), ...collectOwn()];
  if (!isLazy) problems.push(...checkWhole());
  if (problems.length > 0) throw new SetupError(problems);
  const { expose } = options;
  const isOwn = (item: Item) => item.router !== router;
  const make = (shown: readonly Item[]) => freeze(shown, options.listing === 'permitted');
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
    };
  }

  let serving: (() => Catalog) | undefined;
  const later = loadLazyRouters(router).then((failed) => [
    ...Array.from(failed, ([path, error]) => ({
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
  };
}

/** What is exposed at the moment, with lists that are made anew only when that has changed. */
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

function holds(expose: ExposeFunction, path: string): boolean {
  try {
    // An app without types may return anything; only `true` says yes.
    return (expose(path) as unknown) === true;
  } catch {
    return false;
  }
}

function scopeProblemOf({ scopes, path }: Item, { auth }: CatalogOptions): SetupProblem | undefined {
  if (scopes.length > 0 && !auth) {
    const message = `it needs the scopes ${scopes.join(', ')}, and nobody has any without the option auth; set auth.authenticate, or take the scopes out`;
    return { code: 'SCOPES_WITHOUT_AUTH', path, message };
  }
  const scope = scopes.find((each) => !isScope(each));
  if (scope === undefined) return undefined;
  const message = `${JSON.stringify(scope)} is no scope: it has to be printable ASCII without spaces, quotes and backslashes`;
  return { code: 'SCOPE_INVALID', path, message };
}

/** Tools and prompts are known by their names, each among their own kind. */
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

/** A bypass that nothing answers to is a mistake. */
function checkBypass({ bypass = {} }: CatalogOptions, items: readonly Item[]): SetupProblem[] {
  const kinds = (['authentication', 'permissions'] as const).filter((kind) => bypass[kind]);
  return kinds
    .filter((kind) => !items.some(({ bypassKinds }) => bypassKinds.includes(kind)))
    .map((kind) => {
      const message = `nothing that is exposed has middleware marked with bypassable('${kind}', …); mark it, or take bypass.${kind} out`;
      return { code: 'BYPASS_UNUSED', path: 'bypass', message };
    });
}

/** Sorted by code unit, so that the order is the same on every machine. */
function freeze(items: readonly Item[], isPersonal: boolean): Catalog {
  const sorted = items.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const ofKind = <TKind extends Item['kind']>(kind: TKind) =>
    sorted.filter((item): item is Extract<Item, { kind: TKind }> => item.kind === kind);
  const tools = ofKind('tool');
  const isFixed = ({ uri }: Resource) => uri.variables.length === 0;
  const resources = ofKind('resource');
  const list = (era: Era) => tools.map(({ listed }) => listed[era]);
  return {
    tools: new Map(tools.map((tool) => [tool.name, tool])),
    prompts: new Map(ofKind('prompt').map((prompt) => [prompt.name, prompt])),
    resources: new Map(resources.filter(isFixed).map((resource) => [resource.uri.text, resource])),
    templates: resources.filter((resource) => !isFixed(resource)),
    list: { modern: list('modern'), legacy: list('legacy') },
    hasHidden: isPersonal || sorted.some(({ visible }) => visible),
    isLive: false,
    hasParamHeaders: tools.some(({ paramHeaders }) => paramHeaders.length > 0),
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
