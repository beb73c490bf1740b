import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  type ClientCapabilities,
  type Implementation,
  isSpecType,
  PROTOCOL_VERSION_META_KEY,
  SERVER_INFO_META_KEY,
  SUPPORTED_PROTOCOL_VERSIONS,
} from '@modelcontextprotocol/server';
import type { CallRequest } from '../call/active-call.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Era } from '../catalog/tool.ts';
import { type Answer, toAnswer } from './answer.ts';
import { type CallMethod, callNamed, type CallParams } from './call-by-name.ts';
import type { Exchange, Reply } from './exchange.ts';
import type { Legacy } from './options.ts';
import { cacheHintsOf, capabilitiesOf, type HttpServing, type ServerParts } from './server.ts';
import { callerOf } from './state.ts';
import { traceOf } from './trace.ts';

/**
 * The protocol's happy path: a request that is hot and plain is answered here, from the catalog and without the SDK.
 * Whatever is not exactly as it should be is left to the SDK, which knows every way to be wrong. So is whatever may
 * need more than one message for its answer. Nothing has run by then.
 */
export interface Lane {
  /** `undefined` when the SDK has to serve it. */
  serve(serving: HttpServing, message: unknown): Promise<Reply | undefined> | Reply | undefined;
}

/** A request that the lane takes. */
interface PlainRequest {
  id: string | number;
  method: string;
  era: Era;
  params: Record<string, unknown>;
  client: Implementation | undefined;
  capabilities: ClientCapabilities | undefined;
}

export function createLane(parts: ServerParts, legacy: Legacy): Lane {
  const { instructions, capabilities, ...info } = parts.info;
  const modernTail = `,"resultType":"complete","_meta":{${JSON.stringify(SERVER_INFO_META_KEY)}:${JSON.stringify(info)}}`;
  const lists = new WeakMap<Catalog, Lists>();

  // Serialised once: these answers differ in nothing but the id, which comes last.
  const listsOf = (catalog: Catalog): Lists => {
    const made = lists.get(catalog);
    if (made) return made;
    const hints = cacheHintsOf(parts, catalog);
    const discovered = {
      supportedVersions: [revision],
      capabilities: capabilitiesOf(parts, catalog, true),
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

  const write = (answer: Answer, method: CallMethod, era: Era): string => {
    if ('error' in answer) return `"error":${JSON.stringify(answer.error)}`;
    const { result, json } = answer;
    if (json !== undefined) {
      const tail = era === 'modern' ? modernTail : '';
      return `"result":{"content":[{"type":"text","text":${JSON.stringify(json)}}],"structuredContent":${json}${tail}}`;
    }
    if (era === 'legacy') return `"result":${JSON.stringify(result)}`;
    const hints = method === 'resources/read' ? unheld : undefined;
    const _meta = { ...result._meta, [SERVER_INFO_META_KEY]: info };
    return `"result":${JSON.stringify({ ...hints, ...result, resultType: 'complete', _meta })}`;
  };

  const serveCall = async (
    serving: HttpServing,
    { id, method, era, params, client, capabilities: can }: PlainRequest,
  ): Promise<Reply | undefined> => {
    const { exchange, auth } = serving;
    const request: CallRequest = {
      id,
      method,
      era,
      client,
      capabilities: can,
      auth,
      // A client of 2025 that hangs up has not cancelled, and has no other way to do so without a session.
      signal: era === 'modern' ? exchange.signal : new AbortController().signal,
      trace: traceOf(params['_meta'] as Record<string, unknown> | undefined),
      sdk: undefined,
      canAsk: era === 'modern',
      state: undefined,
      caller: () => callerOf(serving),
    };
    const named = params as CallParams;
    const called = method as CallMethod;
    const outcome = serving.settled ?? (await callNamed(parts, serving, called, named, request));
    serving.outcome = outcome;
    if (outcome?.open) {
      // It has run, and need not run again for the SDK to ask what it wants to know.
      serving.settled = outcome;
      return undefined;
    }
    const answer = toAnswer(called, named, outcome);
    return toReply(`{${write(answer, called, era)},"jsonrpc":"2.0","id":${JSON.stringify(id)}}`);
  };

  return {
    serve(serving, message) {
      const request = toPlainRequest(message, serving.exchange);
      if (!request) return undefined;
      const { id, method, era } = request;
      // What is logged on the way needs a stream to go by, and a session is one conversation.
      if (era === 'legacy' && (legacy !== 'stateless' || capabilities?.logging)) return undefined;
      const { catalog } = serving;
      if (!hasMethod(catalog, method)) return undefined;
      if (isCall(method)) return serveCall(serving, request);
      if (method === 'tools/list' && catalog.hasHidden) return undefined;
      const bytes = listsOf(catalog)[method === 'tools/list' ? era : 'discover'];
      return toReply([bytes, encoder.encode(`,"jsonrpc":"2.0","id":${JSON.stringify(id)}}`)]);
    },
  };
}

/** What is read may be something else the next time, and for somebody else. */
const unheld = { ttlMs: 0, cacheScope: 'private' } as const;

type Lists = Record<Era | 'discover', Uint8Array>;

const encoder = new TextEncoder();
/** The revision that needs no session. */
export const revision = '2026-07-28';
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
  const keys = keysOf(method);
  if (!hasOnly(params, keys) || !isPlain(method, params)) return undefined;
  const client = exchange.header('mcp-protocol-version') === revision ? modernClient : legacyClient;
  const found = client(method, params, exchange);
  return found && ({ ...found, id, method, params } as PlainRequest);
}

const messageKeys = new Set(['jsonrpc', 'id', 'method', 'params']);
const callKeys = new Set(['name', 'arguments', '_meta']);
const readKeys = new Set(['uri', '_meta']);
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
const callMethods = new Set(['tools/call', 'prompts/get', 'resources/read']);
const modernMethods = new Set([...callMethods, 'tools/list', 'server/discover']);
const legacyMethods = new Set([...callMethods, 'tools/list']);
const legacyRevisions = new Set(SUPPORTED_PROTOCOL_VERSIONS.filter((version) => version !== revision));

type Found = Pick<PlainRequest, 'era' | 'client' | 'capabilities'>;

/** Headers and envelope have to agree; a progress token, and whatever else is in the envelope, is for the SDK. */
function modernClient(
  method: string,
  params: Record<string, unknown>,
  exchange: Exchange,
): Found | undefined {
  const meta = params['_meta'];
  if (!modernMethods.has(method) || exchange.header('mcp-method') !== method) return undefined;
  if (exchange.header('mcp-name') !== (params['name'] ?? params['uri'])) return undefined;
  if (!isRecord(meta) || meta[PROTOCOL_VERSION_META_KEY] !== revision || !hasOnly(meta, metaKeys))
    return undefined;
  const capabilities = meta[CLIENT_CAPABILITIES_META_KEY];
  if (!isRecord(capabilities) || !(isEmpty(capabilities) || isSpecType.ClientCapabilities(capabilities)))
    return undefined;
  const client = meta[CLIENT_INFO_META_KEY];
  if (client !== undefined && !isImplementation(client)) return undefined;
  return { era: 'modern', client, capabilities: capabilities as ClientCapabilities };
}

/** What nearly every client says of itself is seen at a glance. */
function isImplementation(client: unknown): client is Implementation {
  const hasNoMore = isRecord(client) && hasOnly(client, implementationKeys);
  if (hasNoMore && typeof client['name'] === 'string' && typeof client['version'] === 'string') return true;
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
  return params['_meta'] === undefined
    ? { era: 'legacy', client: undefined, capabilities: undefined }
    : undefined;
}

/** A method of something that the app does not have is no method. */
function hasMethod({ prompts, resources, templates }: Catalog, method: string): boolean {
  if (method === 'prompts/get') return prompts.size > 0;
  return method !== 'resources/read' || resources.size + templates.length > 0;
}

function isCall(method: string): boolean {
  return callMethods.has(method);
}

function keysOf(method: string): ReadonlySet<string> {
  if (method === 'resources/read') return readKeys;
  return isCall(method) ? callKeys : listKeys;
}

function isPlain(method: string, { name, uri, arguments: args }: Record<string, unknown>): boolean {
  if (method === 'resources/read') return typeof uri === 'string';
  if (!isCall(method)) return true;
  if (typeof name !== 'string') return false;
  if (args === undefined) return true;
  if (!isRecord(args) || Object.hasOwn(args, '__proto__')) return false;
  // What is typed into a prompt is text.
  return method !== 'prompts/get' || Object.values(args).every((value) => typeof value === 'string');
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
