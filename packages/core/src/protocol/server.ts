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
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import type { CallRequest } from '../call/active-call.ts';
import type { AskState, OpenQuestions } from '../call/ask.ts';
import { reportThrown } from '../call/failure.ts';
import type { FailureOutcome, Outcome } from '../call/outcome.ts';
import { isPermitted } from '../call/permitted.ts';
import { isVisible } from '../call/visible.ts';
import type { Callable } from '../catalog/callable.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { ListedResource } from '../catalog/resource.ts';
import type { Era } from '../catalog/era.ts';
import {
  cacheHintsOf,
  capabilitiesOf,
  isPersonal,
  itemsOf,
  type ListedItem,
  type ListMethod,
  toEntries,
  toListResult,
} from './advertise.ts';
import { toAnswer, toRpcError, toUnknown } from './answer.ts';
import { CheckingServer, toProtocolError } from './checking-server.ts';
import { type CallMethod, callNamed, type CallParams, findResource } from './call-by-name.ts';
import { toCallRequest } from './call-request.ts';
import { complete } from './completion.ts';
import type { Flow } from './flow.ts';
import { readInstructions, arePersonal, sharedInstructionsOf } from './instructions.ts';
import { errorCodes } from './json-rpc.ts';
import {
  createListContext,
  type ListContext,
  mayKnowOf,
  readListContext,
  spendTimeOfHidden,
} from './list-context.ts';
import { listResources } from './resource-list.ts';
import type { ServerParts, Serving } from './serving.ts';
import { bindingOf } from './state.ts';
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

/** Makes a server of the SDK, for one request or for a session. */
export function createServer(parts: ServerParts, conversation: Conversation): Server {
  const { era, catalog: firstCatalog, servingOf, subscribed } = conversation;
  const { instructions: _, capabilities: __, ...info } = parts.info;
  const instructions = sharedInstructionsOf(parts.info);
  const isListening = era === 'modern' || subscribed !== undefined;
  const capabilities = capabilitiesOf(parts, firstCatalog, isListening);
  const server = new CheckingServer(info, {
    capabilities,
    cacheHints: cacheHintsOf(parts, firstCatalog),
    requestState: { verify: (state, context) => parts.seal.verify(state, context) },
    ...(instructions !== undefined && { instructions }),
  });

  /** What the last request that was let in was served with: a client of a session may have got a new credential. */
  let latest: Serving | undefined;

  // The SDK sends the message of whatever a handler throws, so only errors that were made for the client may pass.
  const handle = <TMethod extends RequestMethod>(
    method: TMethod,
    handler: (params: RequestTypeMap[TMethod]['params'], context: ServerContext) => Promise<Result>,
  ) => {
    const run = async ({ params }: RequestTypeMap[TMethod], context: ServerContext) => {
      const task = servingOf(context);
      // Kept only if it is needed: a request holds its body, and a session may live for long.
      if (!task.made && subscribed && !subscribed.isEmpty) latest = task.serving;
      if (task.flow) server.holdBack(context, task.flow);
      try {
        return await handler(params, context);
      } catch (thrown) {
        if (thrown instanceof ProtocolError) throw thrown;
        const message = `Internal error (reference ${reportThrown(parts.report, thrown)})`;
        throw toProtocolError({ code: errorCodes.internalError, message });
      }
    };
    // Cast: the SDK has one result type for each method. Ours are made of the same JSON.
    server.setRequestHandler(method, run as never);
  };

  const toRequest = (context: ServerContext, state?: AskState): CallRequest => {
    const { id, method, signal, _meta } = context.mcpReq;
    // A client of 2026 says both with each request. Over stdio, the SDK does not put them into the server.
    const envelope: Envelope | undefined = context.mcpReq.envelope;
    const client = envelope?.[CLIENT_INFO_META_KEY] ?? server.getClientVersion();
    const offered = envelope?.[CLIENT_CAPABILITIES_META_KEY] ?? server.getClientCapabilities();
    const read = { id, method, era, params: { _meta }, client, capabilities: offered };
    const { serving } = servingOf(context);
    return toCallRequest(serving, read, signal, isListening && serving.mayStream, context, state);
  };

  if (arePersonal(parts.info)) {
    server.addInstructions(async (context) => {
      const { serving, made } = servingOf(context);
      // Whoever is refused gets no further than the handshake, and the app is not asked about them.
      return made ? undefined : readInstructions(parts, serving.exchange, toRequest(context));
    });
  }

  /** Answers with an error, and tells how the call ended. */
  const fail = (context: ServerContext, failure: FailureOutcome, uri?: string): never => {
    servingOf(context).onOutcome(context.mcpReq.id, failure);
    throw toProtocolError(toRpcError(failure, uri));
  };

  const run = async (method: CallMethod, params: CallParams, context: ServerContext) => {
    const { serving } = servingOf(context);
    const state = context.mcpReq.requestState<AskState>();
    if (state && state.bind !== (await bindingOf(serving, method, params))) {
      const message = 'Invalid or expired requestState: it belongs to another call';
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, message);
    }
    return callNamed(parts, serving, method, params, toRequest(context, state));
  };
  const askClient = async (
    { requests, ...rest }: OpenQuestions,
    bind: string,
    context: ServerContext,
  ): Promise<Result> => {
    const state: AskState = { ...rest, bind, nonce: crypto.randomUUID() };
    const requestState = await parts.seal.seal(state, context);
    return inputRequired({ inputRequests: requests, requestState });
  };
  const call = async (method: CallMethod, params: CallParams, context: ServerContext): Promise<Result> => {
    const { serving, made, onOutcome } = servingOf(context);
    const outcome = made ?? (await run(method, params, context));
    if (outcome) onOutcome(context.mcpReq.id, outcome);
    if (outcome?.kind === 'questions') {
      return askClient(outcome.open, await bindingOf(serving, method, params), context);
    }
    const answer = toAnswer(method, params, outcome);
    if (answer.kind === 'error') throw toProtocolError(answer.error);
    return answer.result;
  };

  /** The context of a list, if the catalog hides something from some callers. Otherwise nothing needs it. */
  const contextOf = async (
    context: ServerContext,
    request: CallRequest,
    method: ListMethod,
  ): Promise<ListContext | undefined> => {
    const { exchange, catalog } = servingOf(context).serving;
    if (!isPersonal(catalog, method)) return undefined;
    const read = await readListContext(parts, exchange, request);
    return read.kind === 'failure' ? fail(context, read) : read;
  };
  const list = async (
    method: ListMethod,
    context: ServerContext,
    request: CallRequest,
    read: ListContext | undefined,
  ): Promise<object[]> => {
    const items = [...itemsOf(servingOf(context).serving.catalog, method)];
    const isPermittedTo = (item: Callable) =>
      parts.listing !== 'permitted' || read?.kind !== 'made' || isPermitted(item, read.ctx, request, parts);
    const mayList = async (item: ListedItem) =>
      !('path' in item) || ((await mayKnowOf(item, read, parts)) && isPermittedTo(item));
    const isListed = await Promise.all(items.map(mayList));
    return toEntries(
      items.filter((_item, index) => isListed[index]),
      era,
    );
  };
  const handleList = (method: ListMethod) =>
    handle(method, async (params, context) => {
      // These lists have one page, so that nobody was given a cursor. Some clients fill it with an empty text.
      if (params?.cursor) throw invalidCursor();
      const request = toRequest(context);
      const read = await contextOf(context, request, method);
      return toListResult(method, await list(method, context, request, read));
    });
  const handleCall = (method: CallMethod) =>
    handle(method, (params, context) => {
      const read = params as CallParams;
      return call(method, { ...read, arguments: server.argumentsOf(context) ?? read.arguments }, context);
    });

  handleList('tools/list');
  handleCall('tools/call');

  if (capabilities.prompts) {
    handleList('prompts/list');
    handleCall('prompts/get');
  }

  if (capabilities.resources) {
    handle('resources/list', async (params, context) => {
      const request = toRequest(context);
      const read = await contextOf(context, request, 'resources/list');
      const fixed = (await list('resources/list', context, request, read)) as ListedResource[];
      const { serving } = servingOf(context);
      const page = await listResources(parts, serving, fixed, params?.cursor, request, read);
      if (!page) throw invalidCursor();
      if (page.kind === 'failure') return fail(context, page);
      const { kind: _kind, ...result } = page;
      return result;
    });
    handleList('resources/templates/list');
    handleCall('resources/read');
  }
  if (capabilities.resources && era === 'legacy') {
    // Without a session the subscription is accepted, and the client is never told of changes.
    const checkUri = async (uri: string, context: ServerContext): Promise<Result> => {
      const { exchange, catalog } = servingOf(context).serving;
      const found = findResource(catalog, uri)?.resource;
      const ctx = () => createListContext(parts, exchange, toRequest(context));
      if (found && (await isVisible(found, ctx, parts))) return {};
      if (!found) await spendTimeOfHidden(parts, catalog, ctx);
      throw toProtocolError(toUnknown('resources/read', { uri }));
    };
    handle('resources/subscribe', async ({ uri }, context) => {
      const request: CallRequest = { ...toRequest(context), canAsk: false };
      const { serving } = servingOf(context);
      const verdict = await tryReading(parts, serving, uri, request);
      if (verdict.kind === 'failure') return fail(context, verdict, uri);
      if (verdict.kind === 'hidden') throw toProtocolError(toUnknown('resources/read', { uri }));
      // The request is over by then, so that its signal and its way to the client must not be used.
      const later: CallRequest = { ...request, sdk: undefined, signal: new AbortController().signal };
      latest = serving;
      subscribed?.add(uri, () => tryReadingAgain(parts, latest ?? serving, uri, later));
      return {};
    });
    handle('resources/unsubscribe', async ({ uri }, context) => {
      subscribed?.delete(uri);
      return checkUri(uri, context);
    });
  }

  if (capabilities.completions) {
    handle('completion/complete', async (params, context) => {
      const outcome = await complete(parts, servingOf(context).serving, params, toRequest(context));
      if (outcome?.kind === 'result') return outcome.result;
      if (outcome?.kind === 'failure') return fail(context, outcome);
      const { ref } = params;
      const message = `Unknown ${ref.type === 'ref/prompt' ? `prompt: ${ref.name}` : `resource: ${ref.uri}`}`;
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, message.slice(0, 100));
    });
  }
  return server;
}

/** @see https://modelcontextprotocol.io/specification/2026-07-28/server/utilities/pagination#error-handling */
function invalidCursor(): ProtocolError {
  return new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    'Invalid cursor: pass the nextCursor of a page, as it was',
  );
}
