import { ProtocolError, Server, type ServerContext } from '@modelcontextprotocol/server';
import type { Flow } from './flow.ts';
import { errorCodes, type RpcError } from './json-rpc.ts';
import { checkParams, toMalformed } from './params.ts';

/**
 * A server of the SDK that looks at the params of a request before the SDK does. The SDK answers malformed ones with all
 * that its validator found, often as an internal error, and drops an argument with the name `__proto__`.
 */
export class CheckingServer extends Server {
  /** By the signal of the request: the SDK copies the context for every further round of a call. */
  readonly #sent = new WeakMap<AbortSignal, unknown>();
  /** By the same signal. */
  readonly #flows = new WeakMap<AbortSignal, Flow>();

  #readInstructions: ((context: ServerContext) => Promise<string | undefined>) | undefined;

  /** Says what instructions the answer to a handshake has. The SDK knows only those that are the same for everybody. */
  addInstructions(read: (context: ServerContext) => Promise<string | undefined>): void {
    this.#readInstructions = read;
  }

  /** The arguments of the call that this context belongs to, as they were sent. */
  argumentsOf(context: ServerContext): unknown {
    return this.#sent.get(context.mcpReq.signal);
  }

  /** Makes all that is sent before the answer to a request wait for its client: progress, and log messages. */
  holdBack({ mcpReq }: ServerContext, flow: Flow): void {
    this.#flows.set(mcpReq.signal, flow);
  }

  /** The functions of a context that send something call this `notify`. */
  protected override buildContext(...[base, info]: Parameters<Server['buildContext']>): ServerContext {
    const { notify, signal } = base.mcpReq;
    base.mcpReq.notify = async (notification) => {
      await notify(notification);
      await this.#flows.get(signal)?.ready();
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
      if (args !== undefined) this.#sent.set(context.mcpReq.signal, args);
      try {
        const result = await wrapped(request, context);
        if (!this.#readInstructions || !handshakes.has(method)) return result;
        const instructions = await this.#readInstructions(context);
        return instructions === undefined ? result : { ...result, instructions };
      } catch (thrown) {
        throw isOfValidator(thrown) ? toProtocolError(toMalformed(method)) : thrown;
      }
    };
  }
}

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
