import type { SetupProblem } from '../setup-error.ts';
import { SchemaProblem } from '../schema/problem.ts';
import { type Front, toFront } from './front.ts';
import type { FrontRules } from './front-rules.ts';
import { findWrongSetting, type Item, type ItemOptions, nameOfItem } from './item.ts';
import type { Prompt } from './prompt.ts';
import { readUri, type Resource } from './resource.ts';
import type { Catalog } from './served.ts';
import type { SkillSet } from './skills/skill-set.ts';
import { type StandIn, toStandIns } from './stand-in.ts';
import { toTaskRules } from './task.ts';
import type { Tool } from './tool.ts';
import type { UriTemplate } from './uri-template.ts';
import type { Procedure } from './walk.ts';

/** An item whose schemas are not made yet. */
interface Pending {
  /** Makes it with all that needs its schemas. Returns `undefined` if that fails, which is told once. */
  makeWhole: () => Item | undefined;
}

/**
 * Makes the items of a procedure as far as no schema is needed: their names, scopes and settings. `make` makes the whole items, and
 * is called when the first of them is needed.
 */
export function toPendingItems(
  procedure: Procedure,
  options: ItemOptions,
  make: () => readonly Item[],
): (Item | SetupProblem)[] {
  const { path, type, router, settings, bypassKinds, guards } = procedure;
  const problem = findWrongSetting(procedure);
  if (problem) return [{ path, ...problem }];
  const { tool = !settings.resource && !settings.prompt, resource, prompt } = settings;
  const toPending = (kind: Item['kind'], uri?: UriTemplate): Item => {
    const pending = {
      makeWhole: () => make().find((made) => made.kind === kind),
      kind,
      name: nameOfItem(procedure, kind, options),
      path,
      type,
      router,
      bypassKinds,
      guards,
      toolset: settings.toolset ?? path.split('.', 1)[0]!,
      isReadOnly: settings.annotations?.readOnlyHint ?? type !== 'mutation',
      scopes: settings.scopes ?? [],
      visible: settings.visible,
      task: kind === 'tool' ? toTaskRules(settings.task) : undefined,
      isIdempotent: kind === 'tool' && (settings.idempotent ?? false),
      uri,
    };
    // Cast: nothing else is read of an item before it is made.
    return pending satisfies Pending as unknown as Item;
  };
  const pending: Item[] = [];
  if (tool) pending.push(toPending('tool'));
  try {
    if (resource) pending.push(toPending('resource', readUri(resource)));
  } catch (error) {
    if (!(error instanceof SchemaProblem)) throw error;
    return [{ code: error.code, path, message: error.message }];
  }
  if (prompt) pending.push(toPending('prompt'));
  return pending;
}

/** Makes the catalog of such items. What is asked for by its name is made alone, and a list makes all that it lists. */
export function toPendingCatalog(
  items: readonly Item[],
  rules: FrontRules,
  skills: SkillSet | undefined,
): Catalog {
  // By code unit, so that the order is the same on every machine.
  const sorted = items.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const of = <TKind extends Item['kind']>(kind: TKind) =>
    sorted.filter((item): item is Extract<Item, { kind: TKind }> => item.kind === kind);
  const isFixed = ({ uri }: Resource) => uri.variables.length === 0;
  const resources = of('resource');
  const tools = new PendingMap<Tool>(of('tool'), ({ name }) => name);
  const prompts = new PendingMap<Prompt>(of('prompt'), ({ name }) => name);
  const fixed = new PendingMap<Resource>(resources.filter(isFixed), ({ uri }) => uri.text);
  const templates = new PendingMap<Resource>(
    resources.filter((resource) => !isFixed(resource)),
    ({ uri }) => uri.text,
  );
  let madeTemplates: readonly Resource[] | undefined;
  let front: { made: Front | undefined } | undefined;
  let standIns: ReadonlyMap<string, StandIn> | undefined;
  return {
    tools,
    prompts,
    resources: fixed,
    get templates() {
      return (madeTemplates ??= [...templates.values()]);
    },
    hasHidden: rules.isPersonal || items.some(({ visible }) => visible),
    get front() {
      if (!rules.discovery) return undefined;
      return (front ??= { made: toFront([...tools.values()], rules) }).made;
    },
    get standIns() {
      return (standIns ??= toStandIns(
        skills !== undefined || (rules.standIns.resources && hasAny([fixed.values(), templates.values()])),
        rules.standIns.prompts ? [...prompts.values()] : [],
        rules,
      ));
    },
    skills,
    whole: undefined,
    rules,
    isLive: false,
    // Each tool is asked when it is called.
    hasParamHeaders: tools.size > 0,
    hasTasks: of('tool').some(({ task }) => task),
    idempotent: of('tool')
      .filter(({ isIdempotent }) => isIdempotent)
      .map(({ name }) => name),
  };
}

/** Whether one of these has anything. Nothing after the first item is made. */
function hasAny(all: readonly Iterator<Item>[]): boolean {
  return all.some((items) => !items.next().done);
}

/** Items by a key. Those that cannot be made are not in it. */
class PendingMap<TItem extends Item> implements ReadonlyMap<string, TItem> {
  readonly #items = new Map<string, TItem>();

  constructor(items: readonly TItem[], keyOf: (item: TItem) => string) {
    for (const item of items) this.#items.set(keyOf(item), item);
  }

  /** How many there are, as far as that is known before they are made. */
  get size(): number {
    return this.#items.size;
  }

  get(key: string): TItem | undefined {
    const pending = this.#items.get(key);
    return (pending as unknown as Pending | undefined)?.makeWhole() as TItem | undefined;
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  *entries(): MapIterator<[string, TItem]> {
    for (const key of this.#items.keys()) {
      const item = this.get(key);
      if (item) yield [key, item];
    }
    return undefined;
  }

  *keys(): MapIterator<string> {
    for (const [key] of this.entries()) yield key;
    return undefined;
  }

  *values(): MapIterator<TItem> {
    for (const [, item] of this.entries()) yield item;
    return undefined;
  }

  [Symbol.iterator](): MapIterator<[string, TItem]> {
    return this.entries();
  }

  forEach(visit: (item: TItem, key: string, map: ReadonlyMap<string, TItem>) => void): void {
    for (const [key, item] of this.entries()) visit(item, key, this);
  }
}
