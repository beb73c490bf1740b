/** The arguments of a call, or what the model reads if they cannot be read. */
export type ReadArguments = { ok: true; args: unknown } | { ok: false; words: string };

/**
 * Reads the arguments of a call, which the model has written as a text. An empty text stands for no arguments. Some servers that
 * speak the API of OpenAI leave them out, or have parsed them already.
 */
export function readArguments(text: unknown): ReadArguments {
  if (text === undefined || text === null) return { ok: true, args: {} };
  if (typeof text !== 'string') return { ok: true, args: text };
  if (text.trim() === '') return { ok: true, args: {} };
  try {
    return { ok: true, args: JSON.parse(text) as unknown };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const words = `The arguments are not valid JSON, and nothing was done: ${reason}. Call again with one complete JSON object.`;
    return { ok: false, words };
  }
}
