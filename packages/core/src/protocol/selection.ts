import { isPermitted } from '../call/permitted.ts';
import { isVisible } from '../call/visible.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Item } from '../catalog/item.ts';
import { toInspected } from '../catalog/inspect.ts';
import { itemsIn, narrow, type Selection } from '../catalog/narrow.ts';
import { findNearest } from '../nearest.ts';
import { errorCodes, type RpcError } from './json-rpc.ts';
import { toBareCall } from './call-request.ts';
import { createListContext, spendTimeOfHidden, toBareRequest } from './list-context.ts';
import type { ServerParts, Serving } from './serving.ts';

/** What a connector has chosen with the query of its URL: `/mcp?toolsets=billing,support&readonly=1`. */
export type Choice =
  | {
      kind: 'chosen';
      /** The catalog without all the rest. */
      catalog: Catalog;
      /** The same for every way to write the same choice, for people and for models. */
      key: string;
    }
  | { kind: 'wrong'; error: RpcError };

/** Reads the query of a URL, and narrows the catalog that the request would be served with. */
export type Choose = (serving: Serving, query: string) => Promise<Choice> | Choice;

/** How many choices are kept. Everybody can make up others, which then only take a little longer. */
const mostKept = 32;

export function createChoose(parts: ServerParts): Choose {
  const kept = new WeakMap<Catalog, Map<string, Catalog>>();

  const toChoice = (catalog: Catalog, selection: Selection): Choice => {
    const key = `${selection.isReadOnly ? 'r' : 'w'} ${selection.toolsets?.join(',') ?? '*'}`;
    let byKey = kept.get(catalog);
    if (!byKey) kept.set(catalog, (byKey = new Map()));
    const narrowed = byKey.get(key) ?? narrow(catalog, selection);
    // The one that was used longest ago comes first, and goes first.
    byKey.delete(key);
    byKey.set(key, narrowed);
    if (byKey.size > mostKept) byKey.delete(byKey.keys().next().value!);
    return { kind: 'chosen', catalog: narrowed, key };
  };

  const chooseUnknown = async (serving: Serving, selection: Selection, names: readonly string[]) => {
    const { catalog } = serving;
    let made: Promise<unknown> | undefined;
    const ctx = () =>
      (made ??= createListContext(parts, serving.exchange, toBareRequest(serving, 'tools/list')));
    await spendTimeOfHidden(parts, catalog, ctx);
    const unknown = await findUnknown(parts, toolsetsOf(catalog), names, ctx);
    if (unknown === undefined) return toChoice(catalog, selection);
    return toWrong(tellUnknown(unknown, await nameToolsets(parts, serving, ctx)));
  };

  const inspected = new WeakMap<Catalog, Catalog>();
  const inspect = (choice: Choice): Choice => {
    if (choice.kind === 'wrong') return choice;
    let catalog = inspected.get(choice.catalog);
    if (!catalog) inspected.set(choice.catalog, (catalog = toInspected(choice.catalog)));
    return { ...choice, catalog };
  };

  const select: Choose = (serving, query) => {
    const read = readSelection(query);
    if (read === undefined) return { kind: 'chosen', catalog: serving.catalog, key: '' };
    if (typeof read === 'string') return toWrong(read);
    const { open } = toolsetsOf(serving.catalog);
    const others = read.toolsets?.filter((name) => !open.has(name)) ?? [];
    return others.length === 0 ? toChoice(serving.catalog, read) : chooseUnknown(serving, read, others);
  };
  if (!parts.isInspectable) return select;
  return (serving, query) => {
    const choice = select(serving, query);
    if (!isForPeople(query)) return choice;
    return choice instanceof Promise ? choice.then(inspect) : inspect(choice);
  };
}

/** Whether a page asks for a list that says which procedures the tools are made of. */
function isForPeople(query: string): boolean {
  return query.includes('inspect=') && modes[new URLSearchParams(query).get('inspect') ?? ''] === true;
}

function toWrong(message: string): Choice {
  return { kind: 'wrong', error: { code: errorCodes.invalidRequest, message } };
}

/** Reads a query. Returns `undefined` if nothing is chosen, and a sentence if it is not clear what. Ignores all other parameters. */
function readSelection(query: string): Selection | string | undefined {
  const params = new URLSearchParams(query);
  for (const name of params.keys()) {
    // Ignored, it would give more than was meant.
    const meant = misspelled.get(name.toLowerCase().replace(/[-_[\]]/g, ''));
    if (meant !== undefined && name !== meant) return `${quote(name)} in the URL has to be written ${meant}`;
  }
  const [toolsets, readonly] = [params.getAll('toolsets'), params.getAll('readonly')];
  if (toolsets.length + readonly.length === 0) return undefined;
  // Two of them could be meant in two ways, and one of these gives more than was meant.
  if (toolsets.length > 1) return 'toolsets is in the URL twice; separate its names by commas';
  if (readonly.length > 1) return 'readonly is in the URL twice; send it once';
  const mode = readonly[0] ?? '0';
  if (!Object.hasOwn(modes, mode)) return `readonly is ${quote(mode)} in the URL; it has to be 1 or 0`;
  const names = toolsets[0]?.split(',').map((name) => name.trim());
  if (names?.includes('')) {
    return 'toolsets has an empty name in the URL; write it like toolsets=billing,support, or leave it out for all';
  }
  const isReadOnly = modes[mode]!;
  // The same as without a choice, also for a session.
  if (!names && !isReadOnly) return undefined;
  return { toolsets: names && [...new Set(names)].toSorted(), isReadOnly };
}

/** Other ways to write the parameters, in lower case and without dashes. */
const misspelled = new Map([
  ['toolsets', 'toolsets'],
  ['toolset', 'toolsets'],
  ['readonly', 'readonly'],
]);

const modes: Record<string, boolean> = { '1': true, true: true, '0': false, false: false };

/** The groups of a catalog. */
interface Toolsets {
  /** Those that everybody may know of. */
  open: ReadonlySet<string>;
  /** By name: the items of those that hold nothing but what is hidden from some callers. */
  hidden: ReadonlyMap<string, Item[]>;
}

const known = new WeakMap<Catalog, Toolsets>();

function toolsetsOf(catalog: Catalog): Toolsets {
  const made = known.get(catalog);
  if (made) return made;
  const items = itemsIn(catalog);
  const open = new Set(items.filter(({ visible }) => !visible).map(({ toolset }) => toolset));
  const hidden = new Map<string, Item[]>();
  for (const item of items) {
    if (!open.has(item.toolset)) hidden.set(item.toolset, [...(hidden.get(item.toolset) ?? []), item]);
  }
  const toolsets = { open, hidden };
  known.set(catalog, toolsets);
  return toolsets;
}

/** Finds a name that is no group, or one of which this caller may know nothing. */
async function findUnknown(
  parts: ServerParts,
  { hidden }: Toolsets,
  names: readonly string[],
  ctx: () => Promise<unknown>,
): Promise<string | undefined> {
  for (const name of names) {
    const items = hidden.get(name) ?? [];
    const seen = await Promise.all(items.map((item) => isVisible(item, ctx, parts)));
    if (!seen.includes(true)) return name;
  }
  return undefined;
}

/** The groups that may be told to this caller: none that is hidden from somebody, and none of which it may call nothing. */
async function nameToolsets(
  parts: ServerParts,
  serving: Serving,
  readContext: () => Promise<unknown>,
): Promise<string[]> {
  const { catalog } = serving;
  const names = [...toolsetsOf(catalog).open].toSorted();
  if (parts.listing !== 'permitted') return names;
  const request = toBareCall(serving, 'tools/list');
  const ctx = await readContext().catch(() => undefined);
  const items = itemsIn(catalog).filter(({ visible }) => !visible);
  const told = await Promise.all(
    items.map(async (item) => (await isPermitted(item, ctx, request, parts)) && item.toolset),
  );
  return names.filter((name) => told.includes(name));
}

/** So many names are told at most. */
const mostTold = 100;

function tellUnknown(unknown: string, names: readonly string[]): string {
  const nearest = unknown.length > 100 ? undefined : findNearest(unknown, names);
  const guess = nearest === undefined ? '' : `; did you mean ${nearest}?`;
  const told = names.slice(0, mostTold).join(', ') || 'none';
  const more = names.length > mostTold ? `, and ${names.length - mostTold} more` : '';
  return `there is no toolset ${quote(unknown)}${guess || ';'} the toolsets are: ${told}${more}`;
}

/** A client may send a text of any length. */
function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
