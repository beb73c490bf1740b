import {
  type BaseContext,
  type LoggingLevel,
  type MessageExtraInfo,
  type Notification,
  ProtocolError,
  type RequestId,
  type RequestMeta,
  type Result,
  Server,
  type ServerContext,
  type StandardSchemaV1,
} from '@modelcontextprotocol/server';
import { isRecord } from '../record.ts';
import type { Flow } from './flow.ts';
import { errorCodes, type RpcError } from './json-rpc.ts';
import { checkParams, toMalformed } from './params.ts';
import type { Hello } from './session/facts.ts';

// Of all servers, so that a session needs none of its own.
/** The arguments by the signal of the request: the SDK copies the context for every further round of a call. */
const sent = new WeakMap<AbortSignal, unknown>();
/** By the same signal. */
const flows = new WeakMap<AbortSignal, Flow>();

/**
 * A server of the SDK that looks at the params of a request before the SDK does. The SDK answers malformed ones with all
 * that its validator found, often as an internal error, and drops an argument with the name `__proto__`.
 */
export class CheckingServer extends Server {
  #readInstructions: ((context: ServerContext) => Promise<string | undefined>) | undefined;
  #level: LoggingLevel | undefined;

  /** What the client has set with `logging/setLevel`. */
  get level(): LoggingLevel | undefined {
    return this.#level;
  }

  /** Takes up a conversation that another process began: does what its handshake did. */
  async takeUp(hello: Hello): Promise<void> {
    const read = this.#readInstructions;
    // The client has them already.
    this.#readInstructions = undefined;
    await this.#repeat('initialize', { ...hello });
    this.#readInstructions = read;
  }

  async setLevel(level: LoggingLevel): Promise<void> {
    if (level === this.#level) return;
    // At once: whoever asks for it meanwhile does not take it for one that the client has set here.
    this.#level = level;
    await this.#repeat('logging/setLevel', { level });
  }

  /** Says what instructions the answer to a handshake has. The SDK knows only those that are the same for everybody. */
  addInstructions(read: (context: ServerContext) => Promise<string | undefined>): void {
    this.#readInstructions = read;
  }

  /** The arguments of the call that this context belongs to, as they were sent. */
  argumentsOf(context: ServerContext): unknown {
    return sent.get(context.mcpReq.signal);
  }

  /** Makes all that is sent before the answer to a request wait for its client: progress, and log messages. */
  holdBack({ mcpReq }: ServerContext, flow: Flow): void {
    flows.set(mcpReq.signal, flow);
  }

  /** Makes the context of a request that the server itself does not handle. */
  contextOf(
    { id, method, params, signal }: { id: RequestId; method: string; params: object; signal: AbortSignal },
    info: MessageExtraInfo,
  ): ServerContext {
    const mcpReq = {
      id,
      method,
      _meta: (params as { _meta?: RequestMeta })._meta,
      signal,
      requestState: () => undefined,
      send: (request: never, schema: never, options: object) =>
        schema === undefined || !('~standard' in (schema as object))
          ? this.request(request, { ...(schema as object | undefined), relatedRequestId: id })
          : this.request(request, schema, { ...options, relatedRequestId: id }),
      notify: (notification: Notification) => this.notification(notification, { relatedRequestId: id }),
    };
    // Cast: these functions have several signatures in the SDK.
    const base = { sessionId: this.transport?.sessionId, mcpReq, http: undefined } as unknown as BaseContext;
    return this.buildContext(base, info);
  }

  /** Handles a request again that another process has answered. */
  async #repeat(method: string, params: Record<string, unknown>): Promise<void> {
    const mcpReq = { id: 0, method, signal: new AbortController().signal };
    // Cast: these handlers read no more of their context.
    const context = { sessionId: this.transport?.sessionId, mcpReq } as unknown as ServerContext;
    await this._getRequestHandler(method)?.({ jsonrpc: '2.0', id: 0, method, params }, context);
  }

  /** The functions of a context that send something call this `notify`. */
  protected override buildContext(...[base, info]: Parameters<Server['buildContext']>): ServerContext {
    const { notify, signal } = base.mcpReq;
    base.mcpReq.notify = async (notification) => {
      await notify(notification);
      await flows.get(signal)?.ready();
    };
    return super.buildContext(base, info);
  }

  /** Called by the constructor too, for the methods that the SDK handles by itself. */
  protected override _wrapHandler(
    ...[method, handler]: Parameters<Server['_wrapHandler']>
  ): ReturnType<Server['_wrapHandler']> {
    const wrapped = super._wrapHandler(method, handler);
    return async (request, context) => {
      const wrong = checkParams(method, request.params);
      if (wrong) throw toProtocolError(wrong);
      const args = (request.params as { arguments?: unknown } | undefined)?.arguments;
      if (args !== undefined) sent.set(context.mcpReq.signal, args);
      try {
        const result = withoutContent(await wrapped(request, context));
        if (method === 'logging/setLevel') this.#level = request.params?.['level'] as LoggingLevel;
        if (!this.#readInstructions || !handshakes.has(method)) return result;
        const instructions = await this.#readInstructions(context);
        return instructions === undefined ? result : { ...result, instructions };
      } catch (thrown) {
        throw isOfValidator(thrown) ? toProtocolError(toMalformed(method)) : thrown;
      }
    };
  }
}

/** The SDK adds content to every result of a tool. A task has none. */
function withoutContent(result: Result): Result {
  if (result['resultType'] !== 'task') return result;
  const { content: _, ...task } = result;
  return task;
}

/** For the methods of extensions, whose params are checked by hand: takes any. */
export const anyParams: StandardSchemaV1<unknown, Record<string, unknown>> = {
  '~standard': {
    version: 1,
    vendor: 'trpc-mcp',
    validate: (value) => ({ value: isRecord(value) ? value : {} }),
  },
};

/** The methods whose answer may have instructions for the model. */
const handshakes = new Set(['initialize', 'server/discover']);

/** Our own handlers throw nothing but protocol errors, so everything else is of the SDK's validator. */
function isOfValidator(thrown: unknown): boolean {
  if (!(thrown instanceof ProtocolError)) return true;
  const { code, message } = thrown;
  return code === errorCodes.invalidParams && message.startsWith('Invalid tools/call request: ');
}

/** Makes what the SDK sends as this error. */
export function toProtocolError({ code, message, data }: RpcError): ProtocolError {
  return new ProtocolError(code, message, data);
}
