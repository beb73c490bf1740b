import type { AnyTRPCRouter } from '@trpc/server';
import { isScope } from '../auth/scope.ts';
import { isDevelopment } from '../development.ts';
import { once } from '../schema/once.ts';
import { SetupError, type SetupProblem } from '../setup-error.ts';
import { charactersOfToken } from '../tokens.ts';
import { type AsTools, takenByStandIns, toStandInRules } from './as-tools.ts';
import type { BypassKind } from './bypassable.ts';
import { type CodeMode, isCodeMode } from './code-mode.ts';
import { checkPatterns, createFilter, type Expose, type ExposeFunction } from './expose.ts';
import type { AddedTool } from './added.ts';
import { toPendingCatalog, toPendingItems } from './demand.ts';
import { discoveryNames, toFront } from './front.ts';
import type { DiscoveryRule, FrontRules } from './front-rules.ts';
import { toSecuritySchemes } from './hints.ts';
import { type Item, type ItemOptions, toItemProblem, toItems } from './item.ts';
import { linkItems } from './link.ts';
import { checkName } from './name.ts';
import { type OwnItems, toOwnRouter } from './own.ts';
import type { Prompt } from './prompt.ts';
import { type Budget, checkBudget } from './size.ts';
import type { Resource } from './resource.ts';
import { pathsOf, placeInOption, type Skills } from './skills/skill-files.ts';
import { prepareSkills, type SkillSet, toSkillUri } from './skills/skill-set.ts';
import type { Catalog } from './served.ts';
import type { Tag } from './tag.ts';
import type { Tool } from './tool.ts';
import { refusedOf } from './refused.ts';
import { toResultSettings } from './result-settings.ts';
import { type StandIn, toStandIns } from './stand-in.ts';
import { parseUriTemplate, templatesOverlap, type UriTemplate } from './uri-template.ts';
import { collectPaths, collectProcedures, hasLazyRouters, loadLazyRouters, type Procedure } from './walk.ts';

export type { Catalog };

export interface CatalogOptions extends ItemOptions, OwnItems {
  expose?: Expose | ExposeFunction | undefined;
  tag?: Tag | undefined;
  budget?: Budget | undefined;
  /** The kinds of middleware that the handler bypasses. */
  bypass?: Partial<Record<BypassKind, boolean>> | undefined;
  listing?: 'all' | 'permitted' | undefined;
  /** Whether tools are searched for. */
  discovery?: Discovery | undefined;
  /** Whether tools stand in for the methods of resources and prompts. */
  asTools?: boolean | AsTools | undefined;
  /** When schemas are made. */
  schemas?: 'mount' | 'demand' | undefined;
  /** The files of skills. Nothing may be wrong with their paths. */
  skills?: Skills | undefined;
}

/** How models find tools: in the list, by a search in place of it, by a search from so many tools on, or from code. */
export type Discovery = 'list' | 'search' | DiscoveryRule | CodeMode;

/** A catalog that is complete now, or that will be when the lazy routers are loaded and the skills are prepared. */
export interface CatalogSource {
  /** The catalog that is served now; `undefined` while lazy routers load or skills are prepared. */
  readonly current: Catalog | undefined;
  /** The complete catalog. Never rejects: procedures of lazy routers and skills that have problems are left out. */
  whole: Promise<Catalog>;
  /** The problems of the lazy routers, and of what skills say. */
  problems: Promise<readonly SetupProblem[]>;
  /** What is not served, although the rest is: in production, tools whose published schema is not valid. */
  leftOut: Promise<readonly SetupProblem[]>;
  /** What is served although some clients lose all tools over it: in production, JSON Schemas of the app. */
  refused: Promise<readonly SetupProblem[]>;
}

/**
 * Makes the catalog of a router. Throws a `SetupError` with every problem of the procedures that are loaded already. The
 * problems of lazy routers come later, and only the procedures that have them are left out. So do those of what skills say.
 */
export function createCatalog(
  router: AnyTRPCRouter,
  options: CatalogOptions,
  optionProblems: readonly SetupProblem[] = [],
  onChange: () => void = () => {},
  tellLater: (problem: SetupProblem) => void = () => {},
): CatalogSource {
  const items: Item[] = [];
  const names = new Map<string, Item>();
  const isExposed = createFilter(options.expose);
  const taken = takenNamesOf(options);
  const walked = new Set<string>();
  const tagged: string[] = [];
  const skillUris = pathsOf(options.skills ?? {}).map((path) => parseUriTemplate(toSkillUri(path)));
  let skills: SkillSet | undefined;

  const addItem = (item: Item): SetupProblem[] => {
    const problem =
      scopeProblemOf(item, options) ??
      (item.kind === 'resource'
        ? (uriProblemOf(items, item) ?? skillProblemOf(skillUris, item))
        : (takenProblemOf(item, taken) ?? nameProblemOf(names, item)));
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
  const isPending = options.schemas === 'demand';
  // A tool keeps the name that was checked, whatever the app's function says the second time.
  const toolName = options.toolName && rememberNames(options.toolName);
  /** Makes the items of a procedure that nobody has asked for before. None of them is served if one has a problem. */
  const makeLater = (procedure: Procedure, itemOptions: ItemOptions): readonly Item[] => {
    const whole: Item[] = [];
    const problems: SetupProblem[] = [];
    try {
      for (const made of toItems(procedure, itemOptions)) {
        if ('code' in made) problems.push(...addProblem(made));
        else whole.push(made);
      }
      problems.push(
        ...whole.flatMap((item) => checkSchemas(item, procedure)),
        ...linkItems(whole, router, options, items),
      );
    } catch (thrown) {
      // Thrown to whoever lists, it would take all other tools with it.
      problems.push(toItemProblem(procedure.path, thrown));
    }
    for (const problem of [...problems, ...leftOut.splice(0), ...refused.splice(0)]) tellLater(problem);
    return problems.length > 0 ? [] : whole;
  };
  const prepareItems = (procedure: Procedure, itemOptions: ItemOptions) => {
    const named = { ...itemOptions, toolName };
    return toPendingItems(
      procedure,
      named,
      once(() => makeLater(procedure, named)),
    );
  };
  const add = (procedures: readonly Procedure[], itemOptions: ItemOptions = options): SetupProblem[] =>
    procedures.flatMap((procedure) =>
      (isPending ? prepareItems : toItems)(procedure, itemOptions).flatMap((made) => {
        if ('code' in made) return addProblem(made);
        return [...addItem(made), ...(isPending ? [] : checkSchemas(made, procedure))];
      }),
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
    standIns: toStandInRules(options.asTools),
    most: mostOf(options),
  };
  const toCatalog = isPending ? toPendingCatalog : freeze;
  const checkWhole = () => [
    ...(isPending ? [] : linkItems(items, router, options)),
    ...checkPatterns(options.expose, tagged, [...walked]),
    ...checkBypass(options, items),
    // A budget needs the whole list.
    ...(options.budget ? checkBudget(listedIn(toCatalog(items, rules)), options.budget) : []),
  ];

  const isLazy = hasLazyRouters(router);
  const problems = [...optionProblems, ...collect(), ...collectOwn()];
  if (!isLazy) problems.push(...checkWhole());
  if (problems.length > 0) throw new SetupError(problems);
  const { expose } = options;
  const isOwn = (item: Item) => item.router !== router;
  const make = (shown: readonly Item[]) => toCatalog(shown, rules, skills);
  const serve = (): (() => Catalog) => {
    if (typeof expose === 'function')
      return select(items, (item) => isOwn(item) || holds(expose, item.path), make, onChange);
    const catalog = make(items);
    return () => catalog;
  };
  if (!isLazy && !options.skills) {
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
  const load = async (): Promise<SetupProblem[]> => {
    if (!isLazy) return [];
    const failed = Array.from(await loadLazyRouters(router), ([path, error]): SetupProblem => ({
      code: 'LAZY_FAILED',
      path,
      message: `this lazy router did not load: ${messageOf(error)}`,
    }));
    return [...failed, ...collect(), ...checkWhole()];
  };
  const prepare = async (): Promise<SetupProblem[]> => {
    const prepared = options.skills && (await prepareSkills(options.skills, placeInOption));
    skills = prepared?.set;
    return prepared?.problems ?? [];
  };
  const later = Promise.all([load(), prepare()]).then((found) => found.flat());
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
  // The tasks of a tool that is not exposed any more can be read, and one that is exposed later can have some.
  const hasTasks = items.some((item) => item.kind === 'tool' && item.task);
  let flags: string | undefined;
  let catalog: Catalog;
  return () => {
    const shown = items.map((item) => isShown(item));
    const next = shown.map(Number).join('');
    if (next !== flags) {
      const isFirst = flags === undefined;
      flags = next;
      catalog = Object.assign(make(items.filter((_, index) => shown[index])), { isLive: true, hasTasks });
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
  if (discovery === 'search') return { over: 0 };
  return isCodeMode(discovery) ? { over: discovery.over ?? 0, code: discovery } : { over: discovery.over };
}

/** The names that the option `discovery` takes. */
function takenByDiscovery(discovery: Discovery | undefined): readonly string[] {
  const rule = toRule(discovery);
  return rule?.code ? rule.code.tools.map(({ name }) => name) : rule ? discoveryNames : [];
}

function mostOf({ result }: CatalogOptions): number | undefined {
  const maxTokens = toResultSettings(result)?.maxTokens;
  return maxTokens === undefined ? undefined : maxTokens * charactersOfToken;
}

/** What `tools/list` holds of a catalog, before anything is hidden from somebody. */
export function listedIn({ front, tools, standIns }: Catalog): readonly (Tool | AddedTool | StandIn)[] {
  const listed = front?.tools ?? [...tools.values()];
  return standIns.size === 0 ? listed : sortByName([...listed, ...standIns.values()]);
}

/**
 * The names of the tools to search with are taken, also while there are so few tools that all of them are listed, and those
 * of `asTools`, also while there is nothing to list. Each is kept with the option that adds it.
 */
function takenNamesOf({ discovery, asTools }: CatalogOptions): ReadonlyMap<string, string> {
  return new Map([
    ...takenByStandIns(toStandInRules(asTools)).map((name) => [name, 'asTools'] as const),
    ...takenByDiscovery(discovery).map((name) => [name, 'discovery'] as const),
  ]);
}

function takenProblemOf(
  { kind, name, path }: Tool | Prompt,
  taken: ReadonlyMap<string, string>,
): SetupProblem | undefined {
  const option = kind === 'tool' ? taken.get(name) : undefined;
  if (option === undefined) return undefined;
  const message = `"${name}" is the name of a tool that the option ${option} adds; set mcp.name on ${path}`;
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

/** The files of skills are read by their URIs too. */
function skillProblemOf(
  skillUris: readonly UriTemplate[],
  { uri, path }: Resource,
): SetupProblem | undefined {
  const other = skillUris.find((skillUri) => templatesOverlap(skillUri, uri));
  if (!other) return undefined;
  const message = `"${uri.text}" overlaps with "${other.text}" of the option skills: one URI could be read from both; change the URI of ${path}, or the folder of the skill`;
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
export function freeze(items: readonly Item[], rules: FrontRules, skills?: SkillSet): Catalog {
  const sorted = sortByName(items);
  const ofKind = <TKind extends Item['kind']>(kind: TKind) =>
    sorted.filter((item): item is Extract<Item, { kind: TKind }> => item.kind === kind);
  const tools = ofKind('tool');
  const isFixed = ({ uri }: Resource) => uri.variables.length === 0;
  const resources = ofKind('resource');
  const prompts = ofKind('prompt');
  return {
    tools: new Map(tools.map((tool) => [tool.name, tool])),
    prompts: new Map(prompts.map((prompt) => [prompt.name, prompt])),
    resources: new Map(resources.filter(isFixed).map((resource) => [resource.uri.text, resource])),
    templates: resources.filter((resource) => !isFixed(resource)),
    hasHidden: rules.isPersonal || sorted.some(({ visible }) => visible),
    front: toFront(tools, rules),
    standIns: toStandIns(resources.length > 0 || skills !== undefined, prompts, rules),
    skills,
    whole: undefined,
    rules,
    isLive: false,
    hasParamHeaders: tools.some(({ paramHeaders }) => paramHeaders.length > 0),
    hasTasks: tools.some(({ task }) => task),
    idempotent: tools.filter(({ isIdempotent }) => isIdempotent).map(({ name }) => name),
  };
}

function rememberNames(toolName: (path: string) => string): (path: string) => string {
  const names = new Map<string, string>();
  return (path) => {
    const name = names.get(path) ?? toolName(path);
    names.set(path, name);
    return name;
  };
}

function sortByName<TItem extends { name: string }>(items: readonly TItem[]): TItem[] {
  return items.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
