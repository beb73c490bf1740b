import type { CallRequest } from '../../call/active-call.ts';
import { reportThrown } from '../../call/failure.ts';
import type { FailureOutcome, Outcome } from '../../call/outcome.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { defaultFound, mostAtOnce } from '../../catalog/front.ts';
import { createSearchIndex, type SearchIndex } from '../../catalog/search-index.ts';
import { oneLine } from '../../catalog/signature.ts';
import { isWritten, type Tool } from '../../catalog/tool.ts';
import { runHook } from '../../hook.ts';
import { isRecord } from '../../record.ts';
import type { ServerParts, Serving } from '../serving.ts';
import { toText } from './describe.ts';
import { type Knowledge, readKnowledge } from './knowledge.ts';
import { toBadRequest } from './refusal.ts';

/** Finds tools that fit what a model wants to do. It finds only what this caller may know of. */
export async function searchTools(
  parts: ServerParts,
  serving: Serving,
  args: unknown,
  request: CallRequest,
): Promise<Outcome> {
  const read = readSearch(args);
  if (typeof read === 'string') return toBadRequest(read);
  const { query, limit } = read;
  const found = await findTools(parts, serving, 'search_tools', query, limit, request);
  if (!Array.isArray(found)) return found;
  return toText(found.length === 0 ? nothing : tell(found));
}

/**
 * Finds the tools that fit these words and that this caller may know of, the best first, for the tool of this name. Returns a
 * failure if `createContext` refuses the caller.
 */
export async function findTools(
  parts: ServerParts,
  serving: Serving,
  name: string,
  query: string,
  limit: number,
  request: CallRequest,
): Promise<Tool[] | FailureOutcome> {
  const knowledge = await readKnowledge(parts, serving, request, parts.find !== undefined);
  if (knowledge.kind === 'failure') return knowledge;
  const asked = parts.find && (await askApp(parts, serving.catalog, name, query, limit, knowledge));
  return asked ?? searchIndex(serving.catalog, query, limit, knowledge);
}

const indexes = new WeakMap<Catalog, SearchIndex>();

/** The index of a catalog, which a part of the catalog uses too. It is made once. */
export function indexOf(catalog: Catalog): SearchIndex {
  const whole = catalog.whole ?? catalog;
  let index = indexes.get(whole);
  if (!index) indexes.set(whole, (index = createSearchIndex(whole.tools.values())));
  return index;
}

async function searchIndex(
  catalog: Catalog,
  query: string,
  limit: number,
  knowledge: Knowledge,
): Promise<Tool[]> {
  const ranked = indexOf(catalog)
    .search(query)
    .map((name) => catalog.tools.get(name))
    .filter((tool) => tool !== undefined);
  const found: Tool[] = [];
  for (let index = 0; index < ranked.length && found.length < limit; index += mostAtOnce) {
    const some = ranked.slice(index, index + mostAtOnce);
    const known = await Promise.all(some.map((tool) => knowledge.mayKnow(tool)));
    found.push(...some.filter((_, at) => known[at]));
  }
  return found.slice(0, limit);
}

/** Asks the app's own search. Returns `undefined` if it gave no answer that can be used, which `onError` is told. */
async function askApp(
  parts: ServerParts,
  catalog: Catalog,
  name: string,
  query: string,
  limit: number,
  { ctx, mayKnow }: Knowledge,
): Promise<Tool[] | undefined> {
  // Where `createContext` has failed, which was reported, there is nothing to ask with.
  if (!ctx) return undefined;
  try {
    const paths = await runHook('discovery.find', parts.hookTimeoutMs, () => parts.find!(query, ctx.value));
    if (!Array.isArray(paths)) throw new TypeError('discovery.find has to return a list of paths');
    const byPath = new Map<unknown, Tool>();
    const { tools } = catalog.whole ?? catalog;
    for (const tool of tools.values()) if (tool.router === parts.router) byPath.set(tool.path, tool);
    const found: Tool[] = [];
    for (const path of new Set<unknown>(paths)) {
      const tool = byPath.get(path);
      if (!tool)
        throw new TypeError(
          `discovery.find has named ${JSON.stringify(path)}, which is not the path of a tool`,
        );
      if (!(await mayKnow(tool))) {
        throw new TypeError(`discovery.find has named ${tool.path}, which is hidden from this caller`);
      }
      // The app does not know what the connector has chosen.
      if (catalog.tools.has(tool.name)) found.push(tool);
      if (found.length === limit) break;
    }
    return found.length === 0 && paths.length > 0 ? undefined : found;
  } catch (thrown) {
    reportThrown(parts.report, thrown, { name });
    return undefined;
  }
}

const mostQueryCharacters = 1000;

function readSearch(args: unknown): { query: string; limit: number } | string {
  const { query, limit, ...others } = isRecord(args) ? args : {};
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) return `${oneLine(unknown, 60)} is not an argument; it takes query and limit`;
  if (typeof query !== 'string' || query.trim() === '')
    return 'query has to say what you want to do, in a few words';
  if (query.length > mostQueryCharacters) return `query has more than ${mostQueryCharacters} characters`;
  if (limit === undefined || limit === null || limit === '') return { query, limit: defaultFound };
  const count = Number(limit);
  if (!Number.isInteger(count) || count < 1 || count > mostAtOnce)
    return `limit has to be a number from 1 to ${mostAtOnce}`;
  return { query, limit: count };
}

const nothing =
  'No tool fits these words. Try others, such as what the thing is called in this app, or one of the areas in the description of search_tools.';

const mostCharacters = 160;

function tell(found: readonly Tool[]): string {
  return found
    .map((tool) => {
      const { title, description } = tool.listed.modern;
      const runner = tool.isReadOnly ? 'run_query' : 'run_mutation';
      return `${tool.name} (${runner}): ${oneLine(isWritten(tool) ? description : title, mostCharacters)}`;
    })
    .join('\n');
}
