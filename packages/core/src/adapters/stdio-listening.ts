import {
  type JSONRPCMessage,
  type JSONRPCNotification,
  type JSONRPCRequest,
  type RequestId,
  SUBSCRIPTION_ID_META_KEY,
} from '@modelcontextprotocol/server';
import { toErrorMessage } from '../protocol/json-rpc.ts';
import type { Listening, Subscriptions } from '../protocol/subscription.ts';

/** What becomes of a request to listen: the SDK serves it, or it is answered with an error. */
export type Admitted = { kind: 'passed' | 'refused'; message: JSONRPCMessage };

/** What becomes of a notification: the client gets it, or does not, or listens no longer and gets the reason. */
export type Delivery =
  { kind: 'sent' | 'dropped' } | { kind: 'ends'; id: RequestId; message: JSONRPCMessage };

/** Decides what a client of 2026 hears of over stdio, where all that it listens for comes on the same output. */
export class StdioListening {
  readonly #check: (request: JSONRPCRequest) => Promise<Listening>;
  /** By the ids of the requests to listen. */
  readonly #open = new Map<RequestId, Subscriptions>();

  constructor(check: (request: JSONRPCRequest) => Promise<Listening>) {
    this.#check = check;
  }

  /** Decides about a request before the SDK gets it. Never rejects. */
  async admit(request: JSONRPCRequest): Promise<Admitted> {
    const listening = await this.#check(request);
    if (listening.kind === 'refused') {
      return { kind: 'refused', message: toErrorMessage(listening.error, request.id) as JSONRPCMessage };
    }
    if (listening.subscriptions) this.#open.set(request.id, listening.subscriptions);
    return { kind: 'passed', message: listening.message as JSONRPCMessage };
  }

  /** Decides about a notification before the client gets it. */
  async hear({ method, params }: JSONRPCNotification): Promise<Delivery> {
    if (method !== 'notifications/resources/updated') return { kind: 'sent' };
    const id = params?._meta?.[SUBSCRIPTION_ID_META_KEY] as RequestId | undefined;
    // A client of 2025 has no id for what it has subscribed to, and is asked about before.
    if (id === undefined) return { kind: 'sent' };
    const hearing = await this.#open.get(id)?.hear(String(params?.['uri']));
    if (hearing?.kind === 'hears') return { kind: 'sent' };
    if (hearing?.kind !== 'ends') return { kind: 'dropped' };
    this.#open.delete(id);
    return { kind: 'ends', id, message: toErrorMessage(hearing.error, id) as JSONRPCMessage };
  }

  /** The client listens no longer. */
  end(id: RequestId): void {
    this.#open.delete(id);
  }
}
