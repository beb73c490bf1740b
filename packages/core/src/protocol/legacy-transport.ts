import {
  type JSONRPCMessage,
  type RequestId,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';

/**
 * The SDK's transport for clients before 2026, except that it streams only if something comes before the answer.
 * Otherwise the answer is one JSON body, so that it can have an HTTP status of its own.
 */
export class LegacyTransport extends WebStandardStreamableHTTPServerTransport {
  readonly #firsts = new Map<RequestId, (message: JSONRPCMessage) => void>();

  override send(
    message: JSONRPCMessage,
    options?: Parameters<WebStandardStreamableHTTPServerTransport['send']>[1],
  ): Promise<void> {
    const answered = 'id' in message && !('method' in message) ? message.id : undefined;
    this.#firsts.get((options?.relatedRequestId ?? answered)!)?.(message);
    return super.send(message, options);
  }

  /** Answers a message. Calls `onEnd` when nothing more will be sent, with true if the client has hung up. */
  async answer(request: Request, message: unknown, onEnd: OnEnd): Promise<Response> {
    const id = Array.isArray(message) ? undefined : (message as { id?: RequestId } | null)?.id;
    const first = id === undefined ? undefined : this.#firstOf(id);
    try {
      const response = await this.handleRequest(request, { parsedBody: message });
      if (!isEventStream(response)) {
        onEnd();
        return response;
      }
      if (first === undefined) return toStream(response, onEnd);
      const sent = await Promise.race([first, closed(request.signal)]);
      if (sent === undefined || 'method' in sent) return toStream(response, onEnd);
      await response.body!.cancel();
      onEnd();
      const headers = new Headers(response.headers);
      headers.set('content-type', 'application/json');
      return new Response(JSON.stringify(sent), { headers });
    } catch (thrown) {
      onEnd();
      throw thrown;
    } finally {
      if (id !== undefined) this.#firsts.delete(id);
    }
  }

  #firstOf(id: RequestId): Promise<JSONRPCMessage> {
    return new Promise((resolve) => this.#firsts.set(id, resolve));
  }
}

export function isEventStream({ headers }: Response): boolean {
  return headers.get('content-type')?.startsWith('text/event-stream') ?? false;
}

/** Resolves when the client has hung up. */
function closed(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}

type OnEnd = (hasLeft?: boolean) => void;

function toStream(response: Response, onEnd: OnEnd): Response {
  const reader = response.body!.getReader();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (!done) return controller.enqueue(value);
      controller.close();
      onEnd();
    },
    // A client of 2025 that hangs up has not cancelled its call, so the call goes on.
    async cancel(reason) {
      onEnd(true);
      await reader.cancel(reason);
    },
  });
  return new Response(body, response);
}
