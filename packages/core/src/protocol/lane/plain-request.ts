import { isRecord } from '../../record.ts';
import { revision } from '../advertise.ts';
import type { ReadRequest } from '../call-request.ts';
import type { Exchange } from '../exchange.ts';
import { maxTokenCharacters } from '../json-rpc.ts';
import { isPlainCapabilities, isPlainImplementation } from '../plain-client.ts';
import { legacyRevisions, metaKeys } from '../spec.ts';
import { isPlainRound, roundKeys } from './round.ts';

/** Reads a request. Returns `undefined` unless it is valid in every detail and needs nothing but one answer. */
export function readPlainRequest(message: unknown, exchange: Exchange): ReadRequest | undefined {
  if (!isRecord(message) || message['jsonrpc'] !== '2.0') return undefined;
  const { id, method, params = {} } = message;
  if (typeof id !== 'string' && !Number.isSafeInteger(id)) return undefined;
  if (typeof method !== 'string' || !isRecord(params) || !hasOnly(message, messageKeys)) return undefined;
  const isModern = exchange.header('mcp-protocol-version') === revision;
  if (!hasOnly(params, keysOf(method, isModern)) || !isPlain(method, params)) return undefined;
  const client = isModern ? modernClient : legacyClient;
  const found = client(method, params, exchange);
  if (!found) return undefined;
  const { era, client: about, capabilities } = found;
  // Written out, because a spread makes each request slower.
  return { id: id as ReadRequest['id'], method, era, params, client: about, capabilities };
}

const messageKeys = new Set(['jsonrpc', 'id', 'method', 'params']);
const callKeys = new Set(['name', 'arguments', '_meta']);
const readKeys = new Set(['uri', '_meta']);
/** The same for clients of 2026, which continue a call with another request. */
const modernCallKeys = new Set([...callKeys, ...roundKeys]);
const modernReadKeys = new Set([...readKeys, ...roundKeys]);
const listKeys = new Set(['_meta']);
const knownMetaKeys = new Set<string>([
  metaKeys.protocolVersion,
  metaKeys.clientCapabilities,
  metaKeys.clientInfo,
  'progressToken',
  metaKeys.traceparent,
  metaKeys.tracestate,
  metaKeys.baggage,
]);
const callMethods = new Set(['tools/call', 'prompts/get', 'resources/read']);
const modernMethods = new Set([...callMethods, 'tools/list', 'server/discover']);
const legacyMethods = new Set([...callMethods, 'tools/list']);
const legacyVersions = new Set(legacyRevisions);

type Found = Pick<ReadRequest, 'era' | 'client' | 'capabilities'>;

/** Headers and `_meta` have to agree. A request with anything else in `_meta` is left to the SDK. */
function modernClient(
  method: string,
  params: Record<string, unknown>,
  exchange: Exchange,
): Found | undefined {
  const meta = params['_meta'];
  if (!modernMethods.has(method) || exchange.header('mcp-method') !== method) return undefined;
  if (exchange.header('mcp-name') !== (params['name'] ?? params['uri'])) return undefined;
  if (!isRecord(meta) || meta[metaKeys.protocolVersion] !== revision || !hasOnly(meta, knownMetaKeys))
    return undefined;
  const token = meta['progressToken'];
  // The SDK's leg says what is wrong with a token. Each message of progress repeats it, so that it must not be long.
  const isToken =
    typeof token === 'string' ? token.length <= maxTokenCharacters : Number.isSafeInteger(token);
  if (token !== undefined && !isToken) return undefined;
  const capabilities = meta[metaKeys.clientCapabilities];
  if (!isPlainCapabilities(capabilities)) return undefined;
  const client = meta[metaKeys.clientInfo];
  if (client !== undefined && !isPlainImplementation(client)) return undefined;
  return { era: 'modern', client, capabilities };
}

function legacyClient(
  method: string,
  params: Record<string, unknown>,
  exchange: Exchange,
): Found | undefined {
  const version = exchange.header('mcp-protocol-version');
  if (!legacyMethods.has(method) || (version !== undefined && !legacyVersions.has(version))) return undefined;
  return params['_meta'] === undefined
    ? { era: 'legacy', client: undefined, capabilities: undefined }
    : undefined;
}

/** Whether a method calls a procedure that the client names. */
export function isCall(method: string): boolean {
  return callMethods.has(method);
}

function keysOf(method: string, isModern: boolean): ReadonlySet<string> {
  if (method === 'resources/read') return isModern ? modernReadKeys : readKeys;
  if (!isCall(method)) return listKeys;
  return isModern ? modernCallKeys : callKeys;
}

function isPlain(method: string, params: Record<string, unknown>): boolean {
  if (!isCall(method)) return true;
  const { name, uri, arguments: args } = params;
  if (!isPlainRound(params)) return false;
  if (method === 'resources/read') return typeof uri === 'string';
  if (typeof name !== 'string') return false;
  if (args === undefined) return true;
  if (!isRecord(args) || Object.hasOwn(args, '__proto__')) return false;
  // The arguments of a prompt are texts.
  return method !== 'prompts/get' || Object.values(args).every((value) => typeof value === 'string');
}

function hasOnly(value: object, keys: ReadonlySet<string>): boolean {
  for (const key in value) if (!keys.has(key)) return false;
  return true;
}
