/** A JSON-RPC request or notification, as far as a gate has to know it before anything is checked. */
export interface MessageHead {
  method: string;
  /** The tool's name, for `tools/call`. */
  tool: string | undefined;
}

/** What is asked for by a message, or by each one of a batch. */
export function headsOf(message: unknown): MessageHead[] {
  return [message].flat().map((one) => {
    const { method, params } = (one ?? {}) as { method?: unknown; params?: { name?: unknown } };
    const name = method === 'tools/call' ? params?.name : undefined;
    return {
      method: typeof method === 'string' ? method : '',
      tool: typeof name === 'string' ? name : undefined,
    };
  });
}

/** Whether the message is one call of a tool, which is answered by a tool result even when it is refused. */
export function isToolCall(message: unknown): boolean {
  return !Array.isArray(message) && headsOf(message)[0]?.method === 'tools/call' && idOf(message) !== null;
}

/** The id to answer to, where there is one. */
export function idOf(message: unknown): string | number | null {
  const id = (message as { id?: unknown } | null)?.id;
  return typeof id === 'string' || typeof id === 'number' ? id : null;
}
