import type { CallRequest } from '../../call/active-call.ts';
import type { Outcome } from '../../call/outcome.ts';
import type { ListedResource } from '../../catalog/resource.ts';
import type { ListMethod } from '../advertise.ts';
import { takeSearchPoint } from '../discovery/limit.ts';
import { toBadRequest } from '../discovery/refusal.ts';
import { listEntries, readContextOf } from '../listing.ts';
import { listResources } from '../resource-list.ts';
import type { ServerParts, Serving } from '../serving.ts';
import { type Entry, readCursor, toPage } from './page.ts';

/** Lists the resources and the templates that this caller may know of. The templates come first, on the first page. */
export async function listAll(
  parts: ServerParts,
  serving: Serving,
  cursor: string | undefined,
  asked: CallRequest,
): Promise<Outcome> {
  const { skip, inner } = readCursor(cursor);
  const begun = await begin(parts, serving, 'list_resources', 'resources/list', asked);
  if (begun.kind === 'failure') return begun;
  const { request, read } = begun;
  const list = (method: ListMethod) => listEntries(parts, serving, method, { ...request, method }, read);
  const fixed = inner === undefined ? ((await list('resources/list')) as ListedResource[]) : [];
  // The call has taken its point.
  const free = { ...parts, rateLimit: undefined };
  const page = await listResources(free, serving, fixed, inner, request, read);
  if (!page) return toBadRequest(wrongCursor);
  if (page.kind === 'failure') return page;
  const templates = inner === undefined ? await list('resources/templates/list') : [];
  const entries = [...toEntries('resourceTemplates', templates), ...toEntries('resources', page.resources)];
  return toPage('resources', entries, { skip, inner, next: page.nextCursor, most: mostOf(serving) });
}

/** Lists the prompts that this caller may know of. */
export async function listPrompts(
  parts: ServerParts,
  serving: Serving,
  cursor: string | undefined,
  asked: CallRequest,
): Promise<Outcome> {
  const { skip, inner } = readCursor(cursor);
  // The list has one page, of which a result may have a part.
  if (inner !== undefined) return toBadRequest(wrongCursor);
  const begun = await begin(parts, serving, 'get_prompt', 'prompts/list', asked);
  if (begun.kind === 'failure') return begun;
  const prompts = await listEntries(parts, serving, 'prompts/list', begun.request, begun.read);
  return toPage('prompts', toEntries('prompts', prompts), {
    skip,
    inner,
    next: undefined,
    most: mostOf(serving),
  });
}

const wrongCursor = 'cursor has to be the nextCursor of a page, as it was; leave it out to begin again';

/** Counts the call, and reads the context that the list needs. */
async function begin(
  parts: ServerParts,
  serving: Serving,
  name: string,
  method: ListMethod,
  asked: CallRequest,
) {
  const limited = await takeSearchPoint(parts, name, asked);
  if (limited) return limited;
  const request = { ...asked, method };
  const read = await readContextOf(parts, serving, method, request);
  return read?.kind === 'failure' ? read : { kind: 'begun' as const, request, read };
}

/** What a model needs of an entry. */
const shownKeys = new Set([
  'uri',
  'uriTemplate',
  'name',
  'title',
  'description',
  'mimeType',
  'size',
  'arguments',
]);

function toEntries(list: string, listed: readonly object[]): Entry[] {
  return listed.map((each) => ({
    list,
    json: Object.fromEntries(Object.entries(each).filter(([key]) => shownKeys.has(key))),
  }));
}

function mostOf({ catalog }: Serving): number | undefined {
  return catalog.rules.most;
}
