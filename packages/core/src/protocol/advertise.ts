import type { CacheHint, Result, ServerCapabilities } from '@modelcontextprotocol/server';
import type { Callable } from '../catalog/callable.ts';
import { type Catalog, listedIn } from '../catalog/catalog.ts';
import type { AddedTool } from '../catalog/added.ts';
import { appMimeType } from '../catalog/resource.ts';
import type { Era } from '../catalog/era.ts';
import { arePersonal, sharedInstructionsOf } from './instructions.ts';
import type { ServerParts } from './serving.ts';
import { taskExtension } from './tasks/task.ts';

/** The revision of MCP that needs no session. Clients that speak it are of the era `modern`. */
export const revision = '2026-07-28';

/** A method that lists a part of the catalog. */
export type ListMethod = 'tools/list' | 'prompts/list' | 'resources/list' | 'resources/templates/list';

/** An item of the catalog, or a tool of this package, with its list entry for each era. */
export type ListedItem = (Callable & { listed: Record<Era, object> }) | AddedTool;

/** For each method that lists something: the field of its result, and the items that it lists. */
const listKinds: Record<ListMethod, { field: string; itemsOf: (catalog: Catalog) => Iterable<ListedItem> }> =
  {
    'tools/list': { field: 'tools', itemsOf: listedIn },
    'prompts/list': { field: 'prompts', itemsOf: ({ prompts }) => prompts.values() },
    'resources/list': { field: 'resources', itemsOf: ({ resources }) => resources.values() },
    'resources/templates/list': { field: 'resourceTemplates', itemsOf: ({ templates }) => templates },
  };

/** The items that a method lists for a caller who may know of all of them. */
export function itemsOf(catalog: Catalog, method: ListMethod): Iterable<ListedItem> {
  return listKinds[method].itemsOf(catalog);
}

/** The list entries of items. */
export function toEntries(items: Iterable<ListedItem>, era: Era): object[] {
  return Array.from(items, ({ listed }) => listed[era]);
}

/** Makes the result of a method that lists something. */
export function toListResult(method: ListMethod, entries: readonly object[]): Record<string, unknown> {
  return { [listKinds[method].field]: entries };
}

/** Makes the result of `server/discover`, without what every result of the era `modern` has. */
export function toDiscovery(parts: ServerParts, catalog: Catalog): Record<string, unknown> {
  const instructions = sharedInstructionsOf(parts.info);
  return {
    supportedVersions: [revision],
    capabilities: capabilitiesOf(parts, catalog, true, 'modern'),
    ...(instructions !== undefined && { instructions }),
    ...cacheHintsOf(parts, catalog)['server/discover'],
  };
}

/** Whether a list is not the same for all callers. */
export function isPersonal({ front, hasHidden }: Catalog, method: ListMethod): boolean {
  return method === 'tools/list' && front ? front.isPersonal : hasHidden;
}

/** How long clients may cache a list. Lists change when the app is deployed, which cannot be foreseen. */
const listTtlMs = 300_000;

/** A hint that forbids to cache a result, or to share it with other callers. */
export const uncached: CacheHint = { ttlMs: 0, cacheScope: 'private' };

/** How long clients may cache lists, and whether callers may share them. */
export function cacheHintsOf(
  parts: ServerParts,
  catalog: Catalog,
): Record<ListMethod | 'server/discover', CacheHint> {
  const cacheScope = parts.isPublic ? 'public' : 'private';
  const toHint = (method: ListMethod): CacheHint => ({
    ttlMs: catalog.isLive ? 0 : listTtlMs,
    cacheScope: isPersonal(catalog, method) ? 'private' : cacheScope,
  });
  const list = toHint('prompts/list');
  // The result of a query that lists resources changes with the data and depends on the caller.
  const isQueried = catalog.templates.some(({ lister }) => lister);
  return {
    // What a function says may change with the time, and a client asks but once for each connection.
    'server/discover': arePersonal(parts.info) ? uncached : { ttlMs: listTtlMs, cacheScope },
    'tools/list': toHint('tools/list'),
    'prompts/list': list,
    'resources/list': isQueried ? uncached : list,
    'resources/templates/list': list,
  };
}

/** How long clients may cache skills and their files, which are the same for everybody who is let in. */
function skillHintOf({ isPublic }: Pick<ServerParts, 'isPublic'>): CacheHint {
  return { ttlMs: listTtlMs, cacheScope: isPublic ? 'public' : 'private' };
}

/** Adds to what is served of skills how long clients may cache it. */
export function toSkillResult(
  result: Record<string, unknown>,
  parts: Pick<ServerParts, 'isPublic'>,
  era: Era,
): Result {
  return era === 'modern' ? { ...result, ...skillHintOf(parts) } : result;
}

/** What the server can do with this catalog. `isListening` is false for clients that cannot be told of changes. */
export function capabilitiesOf(
  { info }: ServerParts,
  catalog: Catalog,
  isListening: boolean,
  era: Era,
): ServerCapabilities {
  const { resources, templates, skills, hasTasks } = catalog;
  const listChanged = isListening && { listChanged: true };
  const hasApps = [...resources.values()].some(({ mimeType }) => mimeType === appMimeType);
  const extensions = {
    ...(hasApps && { 'io.modelcontextprotocol/ui': { mimeTypes: [appMimeType] } }),
    ...(hasTasks && era === 'modern' && { [taskExtension]: {} }),
    ...(skills && { 'io.modelcontextprotocol/skills': { directoryRead: true } }),
  };
  const hasExtensions = Object.keys(extensions).length > 0;
  return {
    tools: { ...listChanged },
    ...(hasPrompts(catalog) && { prompts: { ...listChanged } }),
    ...(hasResources(catalog) && { resources: { subscribe: true, ...listChanged } }),
    ...((hasPrompts(catalog) || templates.length > 0) && { completions: {} }),
    ...(hasExtensions && { extensions }),
    ...info.capabilities,
    ...(hasExtensions && { extensions: { ...extensions, ...info.capabilities?.extensions } }),
  };
}

/** Whether there is anything that `prompts/get` could get. One whose schema fails is counted until it is made. */
export function hasPrompts({ prompts }: Catalog): boolean {
  return !prompts.values().next().done;
}

/** Whether there is anything that `resources/read` could read. */
export function hasResources({ resources, templates, skills }: Catalog): boolean {
  return skills !== undefined || templates.length > 0 || !resources.values().next().done;
}
