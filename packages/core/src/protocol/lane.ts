import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  type Implementation,
  isSpecType,
  PROTOCOL_VERSION_META_KEY,
  SERVER_INFO_META_KEY,
  SUPPORTED_PROTOCOL_VERSIONS,
} from '@modelcontextprotocol/server';
import type { Outcome } from '../call/call.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Era } from '../catalog/tool.ts';
import { callByName, unknownTool } from './call-by-name.ts';
import { errorCodes, type Exchange, type Reply } from './exchange.ts';
import { cacheHintsOf, type ServerParts, type Serving } from './server.ts';

/**
 * The protocol's happy path: a request that is hot and plain is answered here, from the catalog and without the SDK.
 * Whatever is not exactly as it should be is left to the SDK, which knows every way to be wrong. So is whatever may
 * need more than one message for its answer. Nothing has run by then.
 */
export interface Lane {
  /** `undefined` when the SDK has to serve it. */
  serve(serving: Serving, message: unknown): Promise<Reply> | Reply | undefined;
}

/** A request that the lane takes. */
interface PlainRequest {
  id: string | number;
  method: string;
  era: Era;
  params: Record<string, unknown>;
  client: Implementation | undefined;
}

export function createLane(parts: ServerParts): Lane {
  const { instructions, ...info } = parts.info;
  const modernTail = `,"resultType":"complete","_meta":{${JSON.stringify(SERVER_INFO_META_KEY)}:${JSON.stringify(info)}}`;
  const lists = new WeakMap<Catalog, Lists>();

  // Serialised once: these answers differ in nothing but the id, which comes last.
  const listsOf = (catalog: Catalog): Lists => {
    const made = lists.get(catalog);
    if (made) return made;
    const hints = cacheHintsOf(parts, catalog);
    const discovered = {
      supportedVersions: [revision],
      capabilities: { tools: {} },
      ...(instructions !== undefined && { instructions }),
      ...hints['server/discover'],
    };
    const toBytes = (result: object, tail: string) =>
      encoder.encode(`{"result":${JSON.stringify(result).slice(0, -1)}${tail}}`);
    const all = {
      modern: toBytes({ tools: catalog.list.modern, ...hints['tools/list'] }, modernTail),
      legacy: toBytes({ tools: catalog.list.legacy }, ''),
      discover: toBytes(discovered, modernTail),
    };
    lists.set(catalog, all);
    return all;
  };

  const resultOf = ({ result, json }: Outcome, era: Era): string => {
    if (json !== undefined) {
      const tail = era === 'modern' ? modernTail : '';
      return `{"content":[{"type":"text","text":${JSON.stringify(json)}}],"structuredContent":${json}${tail}}`;
    }
    if (era === 'legacy') return JSON.stringify(result);
    const _meta = { ...result._meta, [SERVER_INFO_META_KEY]: info };
    return JSON.stringify({ ...result, resultType: 'complete', _meta });
  };

  const serveCall = async (serving: Serving, { id, era, params, client }: PlainRequest): Promise<Reply> => {
    const { exchange, auth, refused } = serving;
    const name = params['name'] as string;
    // A client of 2025 that hangs up has not cancelled, and has no other way to do so without a session.
    const signal = era === 'modern' ? exchange.signal : new AbortController().signal;
    const request = { tool: undefined, era, client, auth, signal };
    const outcome = refused ?? (await callByName(parts, serving, name, params['arguments'], request));
    serving.outcome = outcome;
    if (outcome)
      return toReply(`{"result":${resultOf(outcome, era)},"jsonrpc":"2.0","id":${JSON.stringify(id)}}`);
    const error = { code: errorCodes.invalidParams, message: unknownTool(name) };
    return toReply(JSON.stringify({ jsonrpc: '2.0', id, error }));
  };

  return {
    serve(serving, message) {
      const request = toPlainRequest(message, serving.exchange);
      if (!request) return undefined;
      const { id, method, era } = request;
      if (method === 'tools/call') return serveCall(serving, request);
      const { catalog } = serving;
      if (method === 'tools/list' && catalog.hasHidden) return undefined;
      const bytes = listsOf(catalog)[method === 'tools/list' ? era : 'discover'];
      return toReply([bytes, encoder.encode(`,"jsonrpc":"2.0","id":${JSON.stringify(id)}}`)]);
    },
  };
}

type Lists = Record<Era | 'discover', Uint8Array>;

const encoder = new TextEncoder();
const revision = '2026-07-28';
const json = { 'content-type': 'application/json' };

function toReply(body: Reply['body']): Reply {
  return { status: 200, headers: json, body };
}

/** The request, if it is exactly what its era's clients send and asks for nothing but one answer. */
function toPlainRequest(message: unknown, exchange: Exchange): PlainRequest | undefined {
  if (!isRecord(message) || message['jsonrpc'] !== '2.0') return undefined;
  const { id, method, params = {} } = message;
  if (typeof id !== 'string' && !Number.isSafeInteger(id)) return undefined;
  if (typeof method !== 'string' || !isRecord(params) || !hasOnly(message, messageKeys)) return undefined;
  const keys = method === 'tools/call' ? callKeys : listKeys;
  if (!hasOnly(params, keys) || (keys === callKeys && !isPlainCall(params))) return undefined;
  const client = exchange.header('mcp-protocol-version') === revision ? modernClient : legacyClient;
  const found = client(method, params, exchange);
  return found && ({ ...found, id, method, params } as PlainRequest);
}

const messageKeys = new Set(['jsonrpc', 'id', 'method', 'params']);
const callKeys = new Set(['name', 'arguments', '_meta']);
const listKeys = new Set(['_meta']);
const metaKeys = new Set([
  PROTOCOL_VERSION_META_KEY,
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  'traceparent',
  'tracestate',
  'baggage',
]);
const implementationKeys = new Set(['name', 'version']);
const modernMethods = new Set(['tools/call', 'tools/list', 'server/discover']);
const legacyMethods = new Set(['tools/call', 'tools/list']);
const legacyRevisions = new Set(SUPPORTED_PROTOCOL_VERSIONS.filter((version) => version !== revision));

type Found = Pick<PlainRequest, 'era' | 'client'>;

/** Headers and envelope have to agree; a progress token, and whatever else is in the envelope, is for the SDK. */
function modernClient(
  method: string,
  params: Record<string, unknown>,
  exchange: Exchange,
): Found | undefined {
  const meta = params['_meta'];
  if (!modernMethods.has(method) || exchange.header('mcp-method') !== method) return undefined;
  if (exchange.header('mcp-name') !== params['name']) return undefined;
  if (!isRecord(meta) || meta[PROTOCOL_VERSION_META_KEY] !== revision || !hasOnly(meta, metaKeys))
    return undefined;
  const capabilities = meta[CLIENT_CAPABILITIES_META_KEY];
  if (!isRecord(capabilities) || !(isEmpty(capabilities) || isSpecType.ClientCapabilities(capabilities)))
    return undefined;
  const client = meta[CLIENT_INFO_META_KEY];
  if (client !== undefined && !isImplementation(client)) return undefined;
  return { era: 'modern', client };
}

/** What nearly every client says of itself is seen at a glance. */
function isImplementation(client: unknown): client is Implementation {
  const isPlain = isRecord(client) && hasOnly(client, implementationKeys);
  if (isPlain && typeof client['name'] === 'string' && typeof client['version'] === 'string') return true;
  return isSpecType.Implementation(client);
}

function legacyClient(
  method: string,
  params: Record<string, unknown>,
  exchange: Exchange,
): Found | undefined {
  const version = exchange.header('mcp-protocol-version');
  const accept = exchange.header('accept');
  if (!legacyMethods.has(method) || (version !== undefined && !legacyRevisions.has(version)))
    return undefined;
  if (!accept?.includes('application/json') || !accept.includes('text/event-stream')) return undefined;
  return params['_meta'] === undefined ? { era: 'legacy', client: undefined } : undefined;
}

function isPlainCall({ name, arguments: args }: Record<string, unknown>): boolean {
  return (
    typeof name === 'string' && (args === undefined || (isRecord(args) && !Object.hasOwn(args, '__proto__')))
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isEmpty(value: object): boolean {
  for (const _ in value) return false;
  return true;
}

function hasOnly(value: object, keys: ReadonlySet<string>): boolean {
  for (const key in value) if (!keys.has(key)) return false;
  return true;
}
