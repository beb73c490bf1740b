import { callItem } from '../call/call.ts';
import type { CallRequest } from '../call/active-call.ts';
import type { Outcome } from '../call/outcome.ts';
import { isVisible } from '../call/visible.ts';
import type { ListedResource, Resource } from '../catalog/resource.ts';
import { argumentsOf } from './completion.ts';
import type { ServerParts, Serving } from './server.ts';

/** One page of what there is to read. */
export interface ResourcePage {
  resources: ListedResource[];
  nextCursor?: string;
}

/** What one query lists, which goes on where it says. */
interface Listed {
  resources: ListedResource[];
  cursor?: unknown;
}

/** Where a page begins: at a resource that lists its own, and in its list. */
interface Position {
  lister: number;
  /** As the query gave it, as JSON. */
  cursor?: unknown;
}

/** A page, or the failure of a query that lists. `undefined` for a cursor that is none of ours. */
export async function listResources(
  parts: ServerParts,
  { catalog, exchange }: Serving,
  fixed: readonly ListedResource[],
  cursor: string | undefined,
  request: CallRequest,
  ctx: () => Promise<unknown>,
): Promise<ResourcePage | Outcome | undefined> {
  const position = cursor === undefined ? { lister: 0 } : readCursor(cursor);
  const templates = catalog.templates.filter(({ lister }) => lister);
  if (!position || position.lister > templates.length) return undefined;
  const resources = cursor === undefined ? [...fixed] : [];
  const template = templates[position.lister];
  if (!template) return { resources };
  const next = nextOf(templates, position.lister);
  const page = (await mayList(parts, template, request, ctx))
    ? await listOf(parts, template, position.cursor, request, exchange)
    : {};
  if ('status' in page) {
    // Who may not list these may list others.
    return page.failed?.code === 'FORBIDDEN' ? { resources, ...next } : page;
  }
  resources.push(...(page.resources ?? []));
  const goesOn = page.cursor === undefined ? undefined : { lister: position.lister, cursor: page.cursor };
  return { resources, ...(goesOn ? { nextCursor: writeCursor(goesOn) } : next) };
}

function nextOf(templates: readonly Resource[], index: number): { nextCursor?: string } {
  return index + 1 < templates.length ? { nextCursor: writeCursor({ lister: index + 1 }) } : {};
}

/** What one may not read is not listed either. */
async function mayList(
  parts: ServerParts,
  template: Resource,
  { auth }: CallRequest,
  ctx: () => Promise<unknown>,
): Promise<boolean> {
  if (template.scopes.length > 0 && parts.gate.checkScopes(auth, template.scopes)) return false;
  return isVisible(template, ctx, parts);
}

async function listOf(
  parts: ServerParts,
  template: Resource,
  cursor: unknown,
  request: CallRequest,
  exchange: Serving['exchange'],
): Promise<Partial<Listed> | Outcome> {
  const lister = template.lister!;
  const args = argumentsOf(lister, cursor === undefined ? {} : { cursor });
  const silent = { ...request, canAsk: false };
  const outcome = await callItem(parts, lister, args, silent, exchange, async (_, value) => {
    const { json } = await lister.output.encode(value);
    return { result: { ...readPage(template, json) } };
  });
  if (!outcome) return {};
  return outcome.told ? (outcome.told.result as Partial<Listed>) : outcome;
}

function readPage(template: Resource, json: unknown): Listed {
  const { items, nextCursor } = (Array.isArray(json) ? { items: json } : (json ?? {})) as Record<
    string,
    unknown
  >;
  if (!Array.isArray(items)) {
    throw new TypeError('a query that lists resources returns a list, or { items, nextCursor }');
  }
  const resources = items.map((item) => toListed(template, (item ?? {}) as Record<string, unknown>));
  // What takes no cursor would begin anew for ever.
  const takesCursor = Object.hasOwn(template.lister!.input.schema.properties ?? {}, 'cursor');
  const goesOn = takesCursor && nextCursor !== undefined && nextCursor !== null;
  return { resources, ...(goesOn && { cursor: nextCursor }) };
}

/** What of an item is listed, with the type that it is expected to have. */
const told = {
  title: 'string',
  description: 'string',
  mimeType: 'string',
  size: 'number',
  annotations: 'object',
} as const;

function toListed(template: Resource, item: Record<string, unknown>): ListedResource {
  const uri = typeof item['uri'] === 'string' ? item['uri'] : template.uri.expand(item);
  if (uri === undefined || !template.uri.match(uri, template.lists)) {
    const variables = template.uri.variables.join(', ');
    throw new TypeError(
      `an item that is listed has a uri like ${template.uri.text}, or its variables: ${variables}`,
    );
  }
  const { mimeType } = template;
  const extras = Object.entries(told).filter(
    ([key, type]) => typeof item[key] === type && item[key] !== null,
  );
  return {
    uri,
    name: typeof item['name'] === 'string' ? item['name'] : uri,
    ...(mimeType !== undefined && { mimeType }),
    ...Object.fromEntries(extras.map(([key]) => [key, item[key]])),
  };
}

function writeCursor({ lister, cursor }: Position): string {
  return btoa(encodeURIComponent(JSON.stringify([lister, cursor])));
}

function readCursor(text: string): Position | undefined {
  try {
    const [lister, cursor] = JSON.parse(decodeURIComponent(atob(text))) as [unknown, unknown];
    if (!Number.isInteger(lister) || (lister as number) < 0) return undefined;
    return { lister: lister as number, ...(cursor !== null && { cursor }) };
  } catch {
    return undefined;
  }
}
