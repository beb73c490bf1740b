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
import type { Outcome } from '../call/outcome.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Era } from '../catalog/era.ts';
import { isRecord } from '../record.ts';
import {
  cacheHintsOf,
  isPersonal,
  itemsOf,
  revision,
  toDiscovery,
  toEntries,
  toListResult,
  uncached,
} from './advertise.ts';
import { type Answer, toAnswer } from './answer.ts';
import { type CallMethod, callNamed, type CallParams } from './call-by-name.ts';
import { type ReadRequest, toCallRequest } from './call-request.ts';
import { indexOf } from './discovery/search.ts';
import type { Exchange, Reply } from './exchange.ts';
import { arePersonal } from './instructions.ts';
import type { Legacy } from './options.ts';
import type { HttpServing, ServerParts } from './serving.ts';

/**
 * The fast lane: answers frequent, simple requests from the catalog, without the SDK. It leaves everything else to the
 * SDK before anything has run: requests that are not valid in every detail, and requests that may need more than one
 * message as their answer. Only a call that turns out to have open questions goes there after it ran, with its outcome.
 */
export interface Lane {
  /**
   * Returns `undefined` if the SDK has to serve the request. `refused` is set if the gate has refused the call: then it is
   * answered with that, and does not run.
   */
  serve(
    serving: HttpServing,
    message: unknown,
    refused: Outcome | undefined,
  ): Promise<LaneAnswer> | LaneAnswer | undefined;
  /** Ends the calls of clients of 2025 that are running. Those of 2026 end with their exchange. */
  close(): void;
}

/** Without a reply, the call has run and has open questions: the SDK has to send these, and must not run it again. */
export interface LaneAnswer {
  reply: Reply | undefined;
  outcome: Outcome | undefined;
}

export function createLane(parts: ServerParts, legacy: Legacy): Lane {
  const { instructions: _, capabilities, ...info } = parts.info;
  const modernTail = `,"resultType":"complete","_meta":{${JSON.stringify(SERVER_INFO_META_KEY)}:${JSON.stringify(info)}}`;
  const lists = new WeakMap<Catalog, Lists>();
  const running = new Set<AbortController>();

  // Serialized once for each catalog: these answers differ only in the id, which comes last.
  const listsOf = (catalog: Catalog): Lists => {
    const made = lists.get(catalog);
    if (made) return made;
    const hints = cacheHintsOf(parts, catalog)['tools/list'];
    const toList = (era: Era) => toListResult('tools/list', toEntries(itemsOf(catalog, 'tools/list'), era));
    const toBytes = (result: object, tail: string) =>
      encoder.encode(`{"result":${JSON.stringify(result).slice(0, -1)}${tail}}`);
    const all = {
      modern: toBytes({ ...toList('modern'), ...hints }, modernTail),
      legacy: toBytes(toList('legacy'), ''),
      discover: toBytes(toDiscovery(parts, catalog), modernTail),
    };
    lists.set(catalog, all);
    // Whoever lists searches next.
    if (catalog.front) indexOf(catalog);
    return all;
  };

  const write = (answer: Answer, method: CallMethod, era: Era): string => {
    if (answer.kind === 'error') return `"error":${JSON.stringify(answer.error)}`;
    const { result, json, text = json } = answer;
    if (json !== undefined) {
      const tail = era === 'modern' ? modernTail : '';
      return `"result":{"content":[{"type":"text","text":${JSON.stringify(text)}}],"structuredContent":${json}${tail}}`;
    }
    if (era === 'legacy') return `"result":${JSON.stringify(result)}`;
    const hints = method === 'resources/read' ? uncached : undefined;
    const _meta = { ...result._meta, [SERVER_INFO_META_KEY]: info };
    return `"result":${JSON.stringify({ ...hints, ...result, resultType: 'complete', _meta })}`;
  };

  const serveCall = async (
    serving: HttpServing,
    read: ReadRequest,
    refused: Outcome | undefined,
  ): Promise<LaneAnswer> => {
    const { id, era } = read;
    const isModern = era === 'modern';
    // A client of 2025 that hangs up has not cancelled its call, and without a session it cannot cancel.
    const controller = isModern ? undefined : new AbortController();
    const signal = controller?.signal ?? serving.exchange.signal;
    const request = toCallRequest(serving, read, signal, isModern && serving.mayStream, undefined, undefined);
    const params = read.params as CallParams;
    const method = read.method as CallMethod;
    if (controller) running.add(controller);
    let outcome: Outcome | undefined;
    try {
      outcome = refused ?? (await callNamed(parts, serving, method, params, request));
    } finally {
      if (controller) running.delete(controller);
    }
    if (outcome?.kind === 'questions') return { reply: undefined, outcome };
    const answer = toAnswer(method, params, outcome);
    const reply = toReply(`{${write(answer, method, era)},"jsonrpc":"2.0","id":${JSON.stringify(id)}}`);
    return { reply, outcome };
  };

  return {
    serve(serving, message, refused) {
      const request = readPlainRequest(message, serving.exchange);
      if (!request) return undefined;
      const { id, method, era } = request;
      // Log messages need a stream, and all requests of a session belong to one server of the SDK.
      if (era === 'legacy' && (legacy !== 'stateless' || capabilities?.logging)) return undefined;
      const { catalog } = serving;
      if (!hasMethod(catalog, method)) return undefined;
      if (isCall(method)) return serveCall(serving, request, refused);
      if (method === 'tools/list' && isPersonal(catalog, method)) return undefined;
      if (method === 'server/discover' && arePersonal(parts.info)) return undefined;
      const bytes = listsOf(catalog)[method === 'tools/list' ? era : 'discover'];
      const reply = toReply([bytes, encoder.encode(`,"jsonrpc":"2.0","id":${JSON.stringify(id)}}`)]);
      return { reply, outcome: undefined };
    },
    close() {
      for (const controller of running) controller.abort();
    },
  };
}

type Lists = Record<Era | 'discover', Uint8Array>;

const encoder = new TextEncoder();
const json = { 'content-type': 'application/json' };

function toReply(body: Reply['body']): Reply {
  return { status: 200, headers: json, body };
}

/** Reads a request. Returns `undefined` unless it is valid in every detail and needs nothing but one answer. */
function readPlainRequest(message: unknown, exchange: Exchange): ReadRequest | undefined {
  if (!isRecord(message) || message['jsonrpc'] !== '2.0') return undefined;
  const { id, method, params = {} } = message;
  if (typeof id !== 'string' && !Number.isSafeInteger(id)) return undefined;
  if (typeof method !== 'string' || !isRecord(params) || !hasOnly(message, messageKeys)) return undefined;
  const keys = keysOf(method);
  if (!hasOnly(params, keys) || !isPlain(method, params)) return undefined;
  const client = exchange.header('mcp-protocol-version') === revision ? modernClient : legacyClient;
  const found = client(method, params, exchange);
  return found && ({ ...found, id, method, params } as ReadRequest);
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

type Found = Pick<ReadRequest, 'era' | 'client' | 'capabilities'>;

/** Headers and `_meta` have to agree. A request with a progress token, or with anything else in `_meta`, is left to the SDK. */
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

/** Most clients send only a name and a version, which is checked here. The SDK's validator checks everything else. */
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
  if (!legacyMethods.has(method) || (version !== undefined && !legacyRevisions.has(version)))
    return undefined;
  return params['_meta'] === undefined
    ? { era: 'legacy', client: undefined, capabilities: undefined }
    : undefined;
}

/** A method does not exist if the app has nothing that it could call. */
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
  // The arguments of a prompt are texts.
  return method !== 'prompts/get' || Object.values(args).every((value) => typeof value === 'string');
}

function isEmpty(value: object): boolean {
  for (const _ in value) return false;
  return true;
}

function hasOnly(value: object, keys: ReadonlySet<string>): boolean {
  for (const key in value) if (!keys.has(key)) return false;
  return true;
}
