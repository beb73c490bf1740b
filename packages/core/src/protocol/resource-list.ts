import type { CallRequest } from '../call/active-call.ts';
import { callItem } from '../call/call.ts';
import type { FailureOutcome } from '../call/outcome.ts';
import type { ListedResource, Resource } from '../catalog/resource.ts';
import { argumentsOf } from './completion.ts';
import { type ListContext, mayKnowOf } from './list-context.ts';
import type { ServerParts, Serving } from './serving.ts';

/** One page of the result of `resources/list`. */
export interface ResourcePage {
  kind: 'page';
  resources: ListedResource[];
  nextCursor?: string;
}

/** What one query has listed. */
interface Listed {
  kind: 'listed';
  resources: ListedResource[];
  /** Where the query goes on; missing at the end of its list. */
  cursor?: unknown;
}

/** Where a page begins: at which of the templates that have a query, and where in the list of that query. */
interface Position {
  lister: number;
  /** The cursor of the query. */
  cursor?: unknown;
}

/** Makes a page, or returns the failure of a query that lists. `undefined` if the cursor is not valid. */
export async function listResources(
  parts: ServerParts,
  { catalog, exchange }: Serving,
  fixed: readonly ListedResource[],
  cursor: string | undefined,
  request: CallRequest,
  read: ListContext | undefined,
): Promise<ResourcePage | FailureOutcome | undefined> {
  const position = cursor === undefined ? { lister: 0 } : readCursor(cursor);
  const templates = catalog.templates.filter(({ lister }) => lister);
  if (!position || position.lister > templates.length) return undefined;
  const resources = cursor === undefined ? [...fixed, ...(catalog.skills?.listed ?? [])] : [];
  const template = templates[position.lister];
  if (!template) return { kind: 'page', resources };
  const next = nextOf(templates, position.lister);
  const page = (await mayList(parts, template, request, read))
    ? await listOf(parts, template, position.cursor, request, exchange)
    : nothingListed;
  if (page.kind === 'failure') {
    // A caller who may not list these resources may list others.
    return page.code === 'FORBIDDEN' ? { kind: 'page', resources, ...next } : page;
  }
  resources.push(...page.resources);
  const goesOn = page.cursor === undefined ? undefined : { lister: position.lister, cursor: page.cursor };
  return { kind: 'page', resources, ...(goesOn ? { nextCursor: writeCursor(goesOn) } : next) };
}

function nextOf(templates: readonly Resource[], index: number): { nextCursor?: string } {
  return index + 1 < templates.length ? { nextCursor: writeCursor({ lister: index + 1 }) } : {};
}

/** A caller who may not read these resources may not list them either. */
async function mayList(
  parts: ServerParts,
  template: Resource,
  { auth }: CallRequest,
  read: ListContext | undefined,
): Promise<boolean> {
  if (template.scopes.length > 0 && parts.gate.checkScopes(auth, template.scopes)) return false;
  return mayKnowOf(template, read, parts);
}

async function listOf(
  parts: ServerParts,
  template: Resource,
  cursor: unknown,
  request: CallRequest,
  exchange: Serving['exchange'],
): Promise<Listed | FailureOutcome> {
  const lister = template.lister!;
  const args = argumentsOf(lister, cursor === undefined ? {} : { cursor });
  const silent = { ...request, canAsk: false };
  const outcome = await callItem(parts, lister, args, silent, exchange, async (_, value) => {
    const { json } = await lister.output.encode(value);
    return { kind: 'result', result: { ...readPage(template, json) } };
  });
  if (outcome?.kind === 'failure') return outcome;
  // A query that cannot ask has no open questions.
  return outcome?.kind === 'result' ? (outcome.result as unknown as Listed) : nothingListed;
}

const nothingListed: Listed = { kind: 'listed', resources: [] };

function readPage(template: Resource, json: unknown): Listed {
  const { items, nextCursor } = (Array.isArray(json) ? { items: json } : (json ?? {})) as Record<
    string,
    unknown
  >;
  if (!Array.isArray(items)) {
    throw new TypeError('a query that lists resources returns a list, or { items, nextCursor }');
  }
  const resources = items.map((item) => toListed(template, (item ?? {}) as Record<string, unknown>));
  // A query that takes no cursor would start again from the beginning each time.
  const takesCursor = Object.hasOwn(template.lister!.input.schema.properties ?? {}, 'cursor');
  // An empty cursor would be the first page again.
  const goesOn = takesCursor && nextCursor !== undefined && nextCursor !== null && nextCursor !== '';
  return { kind: 'listed', resources, ...(goesOn && { cursor: nextCursor }) };
}

/** The fields of an item that are listed, if they have this type. */
const extraFields = {
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
  const extras = Object.entries(extraFields).filter(
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
