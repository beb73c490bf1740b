import { findUnknownOptions } from '../../nearest.ts';
import { isRecord } from '../../record.ts';
import { type RootHandler, toRootHandler } from '../../root-handler.ts';
import { SetupError, type SetupProblem } from '../../setup-error.ts';
import { cardMediaType, type CardSource, cardUrlOf, type ServerCard } from './card.ts';
import { createDocument } from './document.ts';

/** Options of `aiCatalogHandler`. */
export interface AiCatalogOptions {
  /** Who runs this host. */
  host?: AiCatalogHost;
  /** What else there is on this host, or elsewhere: cards of other servers, agents, skills. They follow the servers. */
  entries?: readonly AiCatalogEntry[];
}

/** Who runs a host. */
export interface AiCatalogHost {
  /** The name, for people. */
  displayName: string;
  /** A domain or a DID. */
  identifier?: string;
  documentationUrl?: string;
  logoUrl?: string;
}

/** An entry of an AI catalog. It has either `url` or `data`. */
export interface AiCatalogEntry {
  /** The only one of its kind, such as `urn:air:example.com:mcp:billing`. */
  identifier: string;
  /** The media type of the document, such as `application/mcp-server-card+json`. */
  type: string;
  /** Where the document is. */
  url?: string;
  /** The document itself. */
  data?: unknown;
  [key: string]: unknown;
}

/** The document that names what a host has for agents. */
interface AiCatalog {
  specVersion: string;
  host?: AiCatalogHost;
  entries: readonly AiCatalogEntry[];
}

const wellKnown = '/.well-known/ai-catalog.json';

/**
 * Serves the AI catalog of a host at `/.well-known/ai-catalog.json`, which names the Server Cards of these handlers. Mount it
 * at the root. On Express (`app.use(…)`) it passes all other requests on; on other hosts it answers them with 404. Throws a
 * `SetupError` if a handler has no card.
 * @see https://github.com/modelcontextprotocol/experimental-ext-server-card/blob/main/docs/discovery.md#ai-catalog
 */
export function aiCatalogHandler(
  servers: CardSource | readonly CardSource[],
  options: AiCatalogOptions = {},
): RootHandler {
  const sources = [servers].flat() as readonly Partial<CardSource>[];
  const cards = sources.map((source) => source?.card);
  const missing = cards.flatMap((card, index): SetupProblem[] =>
    isCard(card)
      ? []
      : [{ code: 'CARD_MISSING', path: `aiCatalogHandler.servers[${index}]`, message: noCard }],
  );
  const wrongOptions = checkOptions(options);
  if (missing.length + wrongOptions.length > 0) throw new SetupError([...missing, ...wrongOptions]);
  const { host, entries = [] } = options;
  const own = cards.map((card) => toEntry(card!));
  const twice = findTwice([...own, ...entries]);
  if (twice) throw new SetupError([twice]);
  const catalog: AiCatalog = { specVersion: '1.0', ...(host && { host }), entries: [...own, ...entries] };
  const serve = createDocument(catalog, 'application/ai-catalog+json');
  return toRootHandler((request) => (request.path === wellKnown ? serve(request) : undefined));
}

const noCard =
  'this is not a handler with a card; pass what mcpHandler returns, and set its option card, such as card: { name: "com.example/billing", description: "…" }';

/** The options of a handler have a `card` too, which is not the card. */
function isCard(card: unknown): boolean {
  return isRecord(card) && Array.isArray(card['remotes']) && isText(card['name']);
}

/** The name `com.example/billing` is that of `billing` at example.com. */
function toEntry(card: ServerCard): AiCatalogEntry {
  const [namespace, name] = card.name.split('/') as [string, string];
  const publisher = namespace.split('.').toReversed().join('.');
  return { identifier: `urn:air:${publisher}:mcp:${name}`, type: cardMediaType, url: cardUrlOf(card) };
}

/** Clients tell entries apart by their identifier, and by their version if they have one. */
function findTwice(entries: readonly AiCatalogEntry[]): SetupProblem | undefined {
  const seen = new Set<string>();
  for (const { identifier, version } of entries) {
    const key = JSON.stringify([identifier, version]);
    if (seen.has(key)) {
      const message = `there are two entries ${JSON.stringify(identifier)}; give each server a card.name of its own`;
      return { code: 'CATALOG_INVALID', path: 'aiCatalogHandler.entries', message };
    }
    seen.add(key);
  }
  return undefined;
}

function checkOptions(options: AiCatalogOptions): SetupProblem[] {
  if (!isRecord(options))
    return [{ code: 'CATALOG_INVALID', path: 'aiCatalogHandler.options', message: noOptions }];
  const { host, entries } = options as { host?: unknown; entries?: unknown };
  const problems: SetupProblem[] = findUnknownOptions([
    ['aiCatalogHandler.', options, optionKeys],
    ['aiCatalogHandler.host.', host, hostKeys],
  ]);
  const add = (path: string, message: string) =>
    problems.push({ code: 'CATALOG_INVALID', path: `aiCatalogHandler.${path}`, message });
  if (
    host !== undefined &&
    (!isRecord(host) ||
      !Object.values(host).every((value) => value === undefined || isText(value)) ||
      !isText(host['displayName']))
  )
    add(
      'host',
      'it has to be { displayName } and perhaps identifier, documentationUrl and logoUrl, which are texts',
    );
  if (entries === undefined) return problems;
  if (!Array.isArray(entries)) add('entries', 'it has to be a list of entries');
  else
    for (const [index, entry] of (entries as unknown[]).entries()) {
      const message = findEntryProblem(entry);
      if (message !== undefined) add(`entries[${index}]`, message);
    }
  return problems;
}

const noOptions = 'they have to be { host, entries }; pass several handlers as a list';

const optionKeys = { host: true, entries: true } satisfies Record<keyof AiCatalogOptions, true>;
const hostKeys = {
  displayName: true,
  identifier: true,
  documentationUrl: true,
  logoUrl: true,
} satisfies Record<keyof AiCatalogHost, true>;

function findEntryProblem(entry: unknown): string | undefined {
  const { identifier, type, url, data } = isRecord(entry) ? entry : {};
  const hasOne = (url === undefined) !== (data === undefined);
  if (!isText(identifier) || !isText(type) || !hasOne)
    return 'it has to be { identifier, type, url }, or { identifier, type, data }';
  if (url !== undefined && (typeof url !== 'string' || !URL.canParse(url)))
    return 'its url has to be a whole URL as a text, such as "https://example.com/agent"';
  return isJson(entry) && (data === undefined || isJson(data)) ? undefined : 'it cannot be written as JSON';
}

function isJson(value: unknown): boolean {
  try {
    return JSON.stringify(value) !== undefined;
  } catch {
    return false;
  }
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}
