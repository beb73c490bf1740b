import { reportThrown } from '../call/failure.ts';
import type { Outcome } from '../call/outcome.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Era } from '../catalog/era.ts';
import { findSkillFile, type SkillContents } from '../catalog/skills/skill-set.ts';
import { isRecord } from '../record.ts';
import {
  cacheHintsOf,
  hasPrompts,
  hasResources,
  isPersonal,
  itemsOf,
  revision,
  toDiscovery,
  toEntries,
  toListResult,
  toSkillResult,
  uncached,
} from './advertise.ts';
import { type Answer, toAnswer, toRpcError } from './answer.ts';
import { type CallMethod, callNamed, type CallParams } from './call-by-name.ts';
import { type ReadRequest, toCallRequest } from './call-request.ts';
import { indexOf } from './discovery/search.ts';
import { errorReply, type Exchange, type Reply } from './exchange.ts';
import { arePersonal } from './instructions.ts';
import { errorCodes, maxTokenCharacters, type RpcError, toErrorMessage } from './json-rpc.ts';
import type { Legacy } from './options.ts';
import { createPersonalLists } from './personal-list.ts';
import { isPlainCapabilities, isPlainImplementation } from './plain-client.ts';
import { ProgressReply } from './progress-reply.ts';
import type { HttpServing, Served, ServerParts } from './serving.ts';
import type { OpenSession } from './session/session-call.ts';
import { legacyRevisions, metaKeys } from './spec.ts';

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
  ): Promise<LaneAnswer | undefined> | LaneAnswer | undefined;
  /** Ends the calls that are running, unless they end with their exchange. */
  close(): void;
}

/** Without a reply, the call has run and has open questions: the SDK has to send these, and must not run it again. */
export interface LaneAnswer {
  reply: Reply | undefined;
  outcome: Outcome | undefined;
}

/** What the lane leaves to the SDK in the middle of a request. */
export interface LaneSdk {
  /** Finds the session of a request. `undefined` if there are no sessions. */
  enter: ((serving: HttpServing) => Promise<OpenSession | undefined>) | undefined;
  /** Answers a call that ran and has open questions. */
  serve: (serving: HttpServing, message: unknown, made: Outcome) => Promise<Served>;
}

export function createLane(parts: ServerParts, legacy: Legacy, { enter, serve: askBySdk }: LaneSdk): Lane {
  const { instructions: _, capabilities, ...info } = parts.info;
  const modernTail = `,"resultType":"complete","_meta":{${JSON.stringify(metaKeys.serverInfo)}:${JSON.stringify(info)}}`;
  const lists = new WeakMap<Catalog, Partial<Lists>>();
  const reads = new WeakMap<SkillContents, Record<Era, Uint8Array>>();
  const running = new Set<{ abort(): void }>();
  const writePersonalList = createPersonalLists(parts, modernTail);

  const toBytes = (result: object, tail: string) =>
    encoder.encode(`{"result":${JSON.stringify(result).slice(0, -1)}${tail}}`);

  // Serialized once for each catalog, when it is first asked for: these answers differ only in the id, which comes last.
  const listOf = (catalog: Catalog, kind: keyof Lists): Uint8Array => {
    let made = lists.get(catalog);
    if (!made) lists.set(catalog, (made = {}));
    return (made[kind] ??= writeList(catalog, kind));
  };
  const writeList = (catalog: Catalog, kind: keyof Lists): Uint8Array => {
    if (kind === 'discover') return toBytes(toDiscovery(parts, catalog), modernTail);
    const list = toListResult('tools/list', toEntries(itemsOf(catalog, 'tools/list'), kind));
    // Whoever lists searches next.
    if (catalog.front) indexOf(catalog);
    if (kind === 'legacy') return toBytes(list, '');
    return toBytes({ ...list, ...cacheHintsOf(parts, catalog)['tools/list'] }, modernTail);
  };

  // The same for everybody, as long as the app runs.
  const readOf = (file: SkillContents): Record<Era, Uint8Array> => {
    const made = reads.get(file);
    if (made) return made;
    const toRead = (era: Era) => toSkillResult({ contents: [file] }, parts, era);
    const read = { modern: toBytes(toRead('modern'), modernTail), legacy: toBytes(toRead('legacy'), '') };
    reads.set(file, read);
    return read;
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
    const _meta = { ...result._meta, [metaKeys.serverInfo]: info };
    return `"result":${JSON.stringify({ ...hints, resultType: 'complete', ...result, _meta })}`;
  };

  /** Reports what was thrown where the handler does not catch it. */
  const toInternal = (thrown: unknown): RpcError => {
    const message = `Internal error (reference ${reportThrown(parts.report, thrown)})`;
    return { code: errorCodes.internalError, message };
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
    const params = read.params as CallParams;
    const method = read.method as CallMethod;
    const token = isModern && serving.mayStream ? tokenOf(read) : undefined;
    if (token !== undefined && !refused) return serveWithProgress(serving, read, token);
    const request = toCallRequest(serving, read, signal, isModern && serving.mayStream, undefined, undefined);
    if (controller) running.add(controller);
    let outcome: Outcome | undefined;
    try {
      outcome = refused ?? (await callNamed(parts, serving, method, params, request));
    } finally {
      if (controller) running.delete(controller);
    }
    if (outcome?.kind === 'questions') return { reply: undefined, outcome };
    const answer = toAnswer(method, params, outcome);
    const reply = toReply(toMessage(write(answer, method, era), id));
    return { reply, outcome };
  };

  const serveWithProgress = async (
    serving: HttpServing,
    read: ReadRequest,
    token: string | number,
  ): Promise<LaneAnswer> => {
    const { id } = read;
    const { exchange } = serving;
    const params = read.params as CallParams;
    const method = read.method as CallMethod;
    const line = new ProgressReply(exchange, token, (thrown) => errorReply(500, toInternal(thrown), {}, id));
    const request = toCallRequest(serving, read, exchange.signal, true, line, undefined);
    const run = async () => {
      const outcome = await callNamed(parts, serving, method, params, request);
      if (outcome?.kind === 'questions') {
        const asked = await askBySdk(serving, { jsonrpc: '2.0', id, method, params }, outcome);
        return line.end(asked.reply, asked.outcome);
      }
      const text = write(toAnswer(method, params, outcome), method, 'modern');
      return line.end(toReply(toMessage(text, id)), outcome);
    };
    // Its stream goes on after the handler has replied.
    running.add(exchange);
    run()
      .catch((thrown: unknown) => line.fail(thrown))
      .finally(() => running.delete(exchange));
    return { reply: await line.reply, outcome: line.outcome };
  };

  const serveCallOf = async (
    session: OpenSession,
    serving: HttpServing,
    read: ReadRequest,
  ): Promise<LaneAnswer | undefined> => {
    const { client, capabilities: offered, headers } = session;
    const call = session.begin(serving, read);
    if (!call) return undefined;
    const known = { ...read, client, capabilities: offered };
    const sdk = () => call.context;
    const request = toCallRequest(serving, known, call.signal, serving.mayStream, sdk, undefined);
    const method = read.method as CallMethod;
    const params = read.params as CallParams;
    const toJsonReply = (text: string) => ({ ...toReply(text), headers: { ...json, ...headers } });
    const run = async () => {
      const outcome = await callNamed(parts, serving, method, params, request);
      if (outcome?.kind === 'questions') return call.handOver(outcome);
      const answer = toAnswer(method, params, outcome);
      const text = toMessage(write(answer, method, 'legacy'), read.id);
      return call.end(text, outcome, toJsonReply);
    };
    run().catch((thrown: unknown) => call.fail(thrown, (late) => toErrorMessage(toInternal(late), read.id)));
    // The client may be answered before the call has ended: with a stream, or because it has cancelled the call.
    const reply = await call.reply;
    return { reply, outcome: call.outcome };
  };

  const serveInSession = async (
    serving: HttpServing,
    read: ReadRequest,
    bytes: Uint8Array | undefined,
  ): Promise<LaneAnswer | undefined> => {
    const session = await enter!(serving);
    if (!session) return undefined;
    if (!bytes) return serveCallOf(session, serving, read);
    const reply = toIdReply(bytes, read.id);
    return { reply: { ...reply, headers: { ...reply.headers, ...session.headers } }, outcome: undefined };
  };

  const serveList = async (serving: HttpServing, read: ReadRequest): Promise<LaneAnswer> => {
    const { id, era } = read;
    const controller = era === 'modern' ? undefined : new AbortController();
    const signal = controller?.signal ?? serving.exchange.signal;
    const canAsk = era === 'modern' && serving.mayStream;
    const request = toCallRequest(serving, read, signal, canAsk, undefined, undefined);
    if (controller) running.add(controller);
    try {
      const list = await writePersonalList(serving, request);
      if (list instanceof Uint8Array) return { reply: toIdReply(list, id), outcome: undefined };
      const error = `"error":${JSON.stringify(toRpcError(list))}`;
      return { reply: toReply(toMessage(error, id)), outcome: list };
    } finally {
      if (controller) running.delete(controller);
    }
  };

  return {
    serve(serving, message, refused) {
      const request = readPlainRequest(message, serving.exchange);
      if (!request) return undefined;
      const { id, method, era } = request;
      // Log messages need a stream.
      if (era === 'legacy' && (legacy === 'reject' || capabilities?.logging)) return undefined;
      const { catalog } = serving;
      if (!hasMethod(catalog, method)) return undefined;
      const hasSession =
        era === 'legacy' && legacy === 'sessions' && serving.exchange.header('mcp-session-id') !== undefined;
      if (hasSession) {
        // Whoever is refused has no part in a session.
        if (!enter || refused || (method === 'tools/list' && isPersonal(catalog, method))) return undefined;
        const bytes = method === 'tools/list' ? listOf(catalog, 'legacy') : undefined;
        return serveInSession(serving, request, bytes);
      }
      const file =
        method === 'resources/read'
          ? findSkillFile(catalog.skills, request.params['uri'] as string)
          : undefined;
      if (file) return { reply: toIdReply(readOf(file)[era], id), outcome: undefined };
      if (isCall(method)) return serveCall(serving, request, refused);
      if (method === 'tools/list' && isPersonal(catalog, method)) {
        // Whoever lists searches next.
        if (catalog.front) indexOf(catalog);
        return serveList(serving, request);
      }
      if (method === 'server/discover' && arePersonal(parts.info)) return undefined;
      const bytes = listOf(catalog, method === 'tools/list' ? era : 'discover');
      return { reply: toIdReply(bytes, id), outcome: undefined };
    },
    close() {
      for (const each of running) each.abort();
    },
  };
}

type Lists = Record<Era | 'discover', Uint8Array>;

const encoder = new TextEncoder();
const json = { 'content-type': 'application/json' };

function toReply(body: Reply['body']): Reply {
  return { status: 200, headers: json, body };
}

/** Makes the whole message of a result or an error. */
function toMessage(answer: string, id: ReadRequest['id']): string {
  return `{${answer},"jsonrpc":"2.0","id":${JSON.stringify(id)}}`;
}

/** Completes an answer that was serialized before. */
function toIdReply(bytes: Uint8Array, id: ReadRequest['id']): Reply {
  return toReply([bytes, encoder.encode(`,"jsonrpc":"2.0","id":${JSON.stringify(id)}}`)]);
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
  if (!found) return undefined;
  const { era, client: about, capabilities } = found;
  // Written out, because a spread makes each request slower.
  return { id: id as ReadRequest['id'], method, era, params, client: about, capabilities };
}

const messageKeys = new Set(['jsonrpc', 'id', 'method', 'params']);
const callKeys = new Set(['name', 'arguments', '_meta']);
const readKeys = new Set(['uri', '_meta']);
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

function tokenOf({ params }: ReadRequest): string | number | undefined {
  return (params['_meta'] as { progressToken?: string | number }).progressToken;
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

/** A method does not exist if the app has nothing that it could call. */
function hasMethod(catalog: Catalog, method: string): boolean {
  if (method === 'prompts/get') return hasPrompts(catalog);
  return method !== 'resources/read' || hasResources(catalog);
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

function hasOnly(value: object, keys: ReadonlySet<string>): boolean {
  for (const key in value) if (!keys.has(key)) return false;
  return true;
}
