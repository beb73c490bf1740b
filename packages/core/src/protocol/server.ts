import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  type ClientCapabilities,
  type Implementation,
  inputRequired,
  ProtocolError,
  ProtocolErrorCode,
  type RequestId,
  type RequestMethod,
  type RequestTypeMap,
  type Result,
  type ServerContext,
} from '@modelcontextprotocol/server';
import type { CallRequest } from '../call/active-call.ts';
import type { AskState } from '../call/ask.ts';
import type { FailureOutcome, Outcome } from '../call/outcome.ts';
import { isVisible } from '../call/visible.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { ListedResource } from '../catalog/resource.ts';
import { findSkillFile } from '../catalog/skills/skill-set.ts';
import type { Era } from '../catalog/era.ts';
import { cacheHintsOf, capabilitiesOf, type ListMethod, toListResult } from './advertise.ts';
import { toAnswer, toRpcError, toUnknown } from './answer.ts';
import { anyParams, CheckingServer, toProtocolError } from './checking-server.ts';
import { type CallMethod, callNamed, type CallParams } from './call-by-name.ts';
import { toCallRequest } from './call-request.ts';
import { complete } from './completion.ts';
import type { Flow } from './flow.ts';
import { readInstructions, arePersonal, sharedInstructionsOf } from './instructions.ts';
import { toInternalError } from './internal-error.ts';
import { createListContext, type ListContext, spendTimeOfHidden } from './list-context.ts';
import { listEntries, readContextOf } from './listing.ts';
import { findResource } from './named-item.ts';
import { listResources } from './resource-list.ts';
import type { ServerParts, Serving } from './serving.ts';
import { answerOfSkills, invalidCursor, skillMethods } from './skill-methods.ts';
import { bindingOf, sealRound } from './state.ts';
import { serveTasks } from './tasks/methods.ts';
import { type Subscriptions, tryReading, tryReadingAgain } from './subscription.ts';

/** What the SDK serves a request with. A batch is one request here, with several messages. */
export interface SdkServing {
  readonly serving: Serving;
  /** How the call ended, if that is known before the SDK gets it. Never set for a batch. */
  readonly made: Outcome | undefined;
  /** Called when a call has ended or a list was refused, with the id of the message. */
  onOutcome: (id: RequestId, outcome: Outcome) => void;
  /** Holds back what comes before the answer until the client reads it. `undefined` over stdio, which waits by itself. */
  readonly flow?: Flow;
}

/** The client that a server serves. A server of the SDK holds one conversation, so that answers never reach another client. */
export interface Conversation {
  era: Era;
  catalog: Catalog;
  /** Returns what the message that the SDK is handling is served with. */
  servingOf: (context: ServerContext) => SdkServing;
  /** What the client has subscribed to. `undefined` if there is no session, or if the SDK knows it itself. */
  subscribed: Subscriptions | undefined;
}

/** What a client of 2026 says of itself with each request. */
interface Envelope {
  [CLIENT_INFO_META_KEY]?: Implementation;
  [CLIENT_CAPABILITIES_META_KEY]?: ClientCapabilities;
}

/** What the handlers of a server share. They are functions of the module, because a session keeps all that is made for it. */
interface Served extends Conversation {
  parts: ServerParts;
  server: CheckingServer;
  isListening: boolean;
  /** What the last request that was let in was served with: a client of a session may have got a new credential. */
  latest: Serving | undefined;
}

/** Makes a server of the SDK, for one request or for a session. */
export function createServer(parts: ServerParts, conversation: Conversation): CheckingServer {
  const { era, catalog, servingOf, subscribed } = conversation;
  const { instructions: _, capabilities: __, ...info } = parts.info;
  const instructions = sharedInstructionsOf(parts.info);
  const isListening = era === 'modern' || subscribed !== undefined;
  const capabilities = capabilitiesOf(parts, catalog, isListening, era);
  const server = new CheckingServer(info, {
    capabilities,
    requestState: requestStateOf(parts),
    // Clients of 2025 are not told what they may cache.
    ...(era === 'modern' && { cacheHints: cacheHintsOf(parts, catalog) }),
    ...(instructions !== undefined && { instructions }),
  });
  const served: Served = {
    era,
    catalog,
    servingOf,
    subscribed,
    parts,
    server,
    isListening,
    latest: undefined,
  };
  addHandlers(served, Boolean(capabilities.prompts), Boolean(capabilities.resources));
  if (capabilities.completions) addCompletion(served);
  return server;
}

interface StateOption {
  verify: (sealed: string) => Promise<AskState>;
}

const requestStates = new WeakMap<ServerParts, StateOption>();

/** One for all servers. */
function requestStateOf(parts: ServerParts): StateOption {
  const made = requestStates.get(parts) ?? { verify: (sealed) => verifyState(parts, sealed) };
  requestStates.set(parts, made);
  return made;
}

/** The SDK answers whatever is thrown here in the same words. */
async function verifyState({ seal }: ServerParts, sealed: string): Promise<AskState> {
  const state = await seal.open(sealed);
  if (!state) throw new Error('the state is not valid');
  return state;
}

function addHandlers(served: Served, hasPrompts: boolean, hasResources: boolean): void {
  const { parts, server, era, catalog, servingOf } = served;
  if (arePersonal(parts.info)) {
    server.addInstructions(async (context) => {
      const { serving, made } = servingOf(context);
      // Whoever is refused gets no further than the handshake, and the app is not asked about them.
      return made ? undefined : readInstructions(parts, serving.exchange, toRequest(served, context));
    });
  }
  handleList(served, 'tools/list');
  handleCall(served, 'tools/call');
  if (era === 'modern' && parts.tasks && (catalog.whole ?? catalog).hasTasks)
    serveTasks(server, parts.tasks, parts.report, (context) => toRequest(served, context));
  if (hasPrompts) {
    handleList(served, 'prompts/list');
    handleCall(served, 'prompts/get');
  }
  if (hasResources) {
    handle(served, 'resources/list', (params, context) => listAll(served, params?.cursor, context));
    handleList(served, 'resources/templates/list');
    handleCall(served, 'resources/read');
  }
  if (hasResources && era === 'legacy') {
    handle(served, 'resources/subscribe', ({ uri }, context) => subscribe(served, uri, context));
    handle(served, 'resources/unsubscribe', async ({ uri }, context) => {
      served.subscribed?.delete(uri);
      return checkUri(served, uri, context);
    });
  }
  if (!catalog.skills) return;
  for (const method of skillMethods) {
    server.setRequestHandler(method, { params: anyParams }, async (params, context) => {
      const { skills } = servingOf(context).serving.catalog;
      return answerOfSkills(parts, skills, method, params, era);
    });
  }
}

/** The SDK sends the message of whatever a handler throws, so only errors that were made for the client may pass. */
function handle<TMethod extends RequestMethod>(
  served: Served,
  method: TMethod,
  handler: (params: RequestTypeMap[TMethod]['params'], context: ServerContext) => Promise<Result>,
): void {
  const run = async ({ params }: RequestTypeMap[TMethod], context: ServerContext) => {
    const { server, subscribed, parts } = served;
    const task = served.servingOf(context);
    // Kept only if it is needed: a request holds its body, and a session may live for long.
    if (!task.made && subscribed && !subscribed.isEmpty) served.latest = task.serving;
    if (task.flow) server.holdBack(context, task.flow);
    try {
      const result = await handler(params, context);
      // Of what its transport cannot write, the SDK tells nobody, and the client would wait.
      JSON.stringify(result);
      return result;
    } catch (thrown) {
      if (thrown instanceof ProtocolError) throw thrown;
      throw toProtocolError(toInternalError(parts.report, thrown));
    }
  };
  // Cast: the SDK has one result type for each method. Ours are made of the same JSON.
  served.server.setRequestHandler(method, run as never);
}

function toRequest(
  { server, era, servingOf, isListening }: Served,
  context: ServerContext,
  state?: AskState,
): CallRequest {
  const { id, method, signal, _meta } = context.mcpReq;
  // A client of 2026 says both with each request. Over stdio, the SDK does not put them into the server.
  const envelope: Envelope | undefined = context.mcpReq.envelope;
  const client = envelope?.[CLIENT_INFO_META_KEY] ?? server.getClientVersion();
  const offered = envelope?.[CLIENT_CAPABILITIES_META_KEY] ?? server.getClientCapabilities();
  const read = { id, method, era, params: { _meta }, client, capabilities: offered };
  const { serving } = servingOf(context);
  const round = { state, responses: context.mcpReq.inputResponses };
  return toCallRequest(serving, read, signal, isListening && serving.mayStream, context, round);
}

/** Answers with an error, and tells how the call ended. */
function fail(served: Served, context: ServerContext, failure: FailureOutcome, uri?: string): never {
  served.servingOf(context).onOutcome(context.mcpReq.id, failure);
  throw toProtocolError(toRpcError(failure, uri));
}

async function runCall(
  served: Served,
  method: CallMethod,
  params: CallParams,
  context: ServerContext,
): Promise<Outcome | undefined> {
  const { serving } = served.servingOf(context);
  const state = context.mcpReq.requestState<AskState>();
  if (state && state.bind !== (await bindingOf(serving, method, params))) {
    const message = 'Invalid or expired requestState: it belongs to another call';
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, message);
  }
  return callNamed(served.parts, serving, method, params, toRequest(served, context, state));
}

async function call(
  served: Served,
  method: CallMethod,
  params: CallParams,
  context: ServerContext,
): Promise<Result> {
  const { serving, made, onOutcome } = served.servingOf(context);
  // In a session, the rounds after the one that the lane has served come here in the same request.
  const isAnswered =
    served.era === 'legacy' && made?.kind === 'questions' && context.mcpReq.requestState() !== undefined;
  const outcome = (isAnswered ? undefined : made) ?? (await runCall(served, method, params, context));
  if (outcome) onOutcome(context.mcpReq.id, outcome);
  if (outcome?.kind === 'questions') {
    const requestState = await sealRound(served.parts, serving, method, params, outcome.open);
    return inputRequired({ inputRequests: outcome.open.requests, requestState });
  }
  const answer = toAnswer(method, params, outcome);
  if (answer.kind === 'error') throw toProtocolError(answer.error);
  return answer.result;
}

/** The context of a list, if the catalog hides something from some callers. Otherwise nothing needs it. */
async function contextOf(
  served: Served,
  context: ServerContext,
  request: CallRequest,
  method: ListMethod,
): Promise<ListContext | undefined> {
  const read = await readContextOf(served.parts, served.servingOf(context).serving, method, request);
  return read?.kind === 'failure' ? fail(served, context, read) : read;
}

function handleList(served: Served, method: ListMethod): void {
  handle(served, method, async (params, context) => {
    // These lists have one page, so that nobody was given a cursor. Some clients fill it with an empty text.
    if (params?.cursor) throw invalidCursor();
    const request = toRequest(served, context);
    const read = await contextOf(served, context, request, method);
    const { serving } = served.servingOf(context);
    return toListResult(method, await listEntries(served.parts, serving, method, request, read));
  });
}

function handleCall(served: Served, method: CallMethod): void {
  handle(served, method, (params, context) => {
    const read = params as CallParams;
    const args = served.server.argumentsOf(context) ?? read.arguments;
    return call(served, method, { ...read, arguments: args }, context);
  });
}

async function listAll(served: Served, cursor: string | undefined, context: ServerContext): Promise<Result> {
  const { parts } = served;
  const request = toRequest(served, context);
  const read = await contextOf(served, context, request, 'resources/list');
  const { serving } = served.servingOf(context);
  const fixed = (await listEntries(parts, serving, 'resources/list', request, read)) as ListedResource[];
  const page = await listResources(parts, serving, fixed, cursor, request, read);
  if (!page) throw invalidCursor();
  if (page.kind === 'failure') return fail(served, context, page);
  const { kind: _kind, ...result } = page;
  return result;
}

/** Without a session the subscription is accepted, and the client is never told of changes. */
async function checkUri(served: Served, uri: string, context: ServerContext): Promise<Result> {
  const { parts } = served;
  const { exchange, catalog } = served.servingOf(context).serving;
  const found = findResource(catalog, uri)?.resource;
  const ctx = () => createListContext(parts, exchange, toRequest(served, context));
  if (found ? await isVisible(found, ctx, parts) : findSkillFile(catalog.skills, uri)) return {};
  if (!found) await spendTimeOfHidden(parts, catalog, ctx);
  throw toProtocolError(toUnknown('resources/read', { uri }));
}

async function subscribe(served: Served, uri: string, context: ServerContext): Promise<Result> {
  const { parts, subscribed } = served;
  const request: CallRequest = { ...toRequest(served, context), canAsk: false };
  const { serving } = served.servingOf(context);
  const verdict = await tryReading(parts, serving, uri, request);
  if (verdict.kind === 'failure') return fail(served, context, verdict, uri);
  if (verdict.kind === 'hidden') throw toProtocolError(toUnknown('resources/read', { uri }));
  // The request is over by then, so that its signal and its way to the client must not be used.
  const later: CallRequest = { ...request, sdk: undefined, signal: new AbortController().signal };
  served.latest = serving;
  subscribed?.add(uri, () => tryReadingAgain(parts, served.latest ?? serving, uri, later));
  return {};
}

function addCompletion(served: Served): void {
  handle(served, 'completion/complete', async (params, context) => {
    const { serving } = served.servingOf(context);
    const outcome = await complete(served.parts, serving, params, toRequest(served, context));
    if (outcome?.kind === 'result') return outcome.result;
    if (outcome?.kind === 'failure') return fail(served, context, outcome);
    const { ref } = params;
    const message = `Unknown ${ref.type === 'ref/prompt' ? `prompt: ${ref.name}` : `resource: ${ref.uri}`}`;
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, message.slice(0, 100));
  });
}
