import type { CallRequest } from '../../call/active-call.ts';
import type { FailureOutcome } from '../../call/outcome.ts';
import { toMissing } from '../missing.ts';
import type { ServerParts, Serving } from '../serving.ts';

/** The outcome of a call whose arguments cannot be used. */
export function toBadRequest(words: string): FailureOutcome {
  const code = 'BAD_REQUEST';
  return { kind: 'failure', code, text: `${code}: ${words}`, meta: { code, httpStatus: 400 }, status: 200 };
}

/** The outcome of a call of a tool that is missing, or hidden from this caller: nobody can tell one from the other. */
export async function toNotFound(
  parts: ServerParts,
  serving: Serving,
  name: string,
  request: CallRequest,
): Promise<FailureOutcome> {
  const code = 'NOT_FOUND';
  const text = `${code}: ${await tellMissing(parts, serving, name, request)} search_tools finds tools by what they do.`;
  return { kind: 'failure', code, text, meta: { code, httpStatus: 404 }, status: 200 };
}

/** Says that there is no such tool, and which one was probably meant, if that may be guessed. */
export async function tellMissing(
  parts: ServerParts,
  { catalog, exchange }: Serving,
  name: string,
  request: CallRequest,
  mayGuess = true,
): Promise<string> {
  const nearest = mayGuess ? (await toMissing(parts, catalog, name, request, exchange)).nearest : undefined;
  const shown = JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name);
  return `there is no tool ${shown}.${nearest === undefined ? '' : ` Did you mean ${nearest}?`}`;
}
