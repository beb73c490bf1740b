import type { CodeResult, CodeRun, CodeTool } from '@trpc-mcp/core';

/** A call that a run has made. */
export interface Call {
  tool: CodeTool;
  /** The JSON of the arguments; empty for none. Only its begin is left when the call has ended. */
  json: string;
  state: 'waiting' | 'running' | 'done' | 'failed';
  /** Why it has failed, in words. */
  error?: string;
  /** Whether it ended after the code had returned, so that nothing has looked at its result. */
  isLate?: boolean;
}

/** The most calls of one tool whose arguments are named. */
const mostNamed = 5;
const mostCharacters = 100;

/**
 * Tells which calls were made before a run failed. What a mutation has changed stays changed, so a model that writes its code
 * again has to leave that out.
 */
export function tellCalls(calls: readonly Call[]): string {
  const made = calls.filter(({ state }) => state !== 'waiting');
  if (made.length === 0) return '';
  const readers = made.filter(({ tool, state }) => tool.isReadOnly && state === 'done');
  const changes = made.filter(({ tool, state }) => !tool.isReadOnly && state === 'done');
  const unsure = made.filter(({ tool, state }) => !tool.isReadOnly && state === 'running');
  const failed = made.filter(({ tool, state }) => !tool.isReadOnly && state === 'failed');
  return [
    readers.length > 0 && `Calls before it: ${count(readers)}.`,
    changes.length > 0 && `Already changed, and not undone, so do not do it again: ${name(changes)}.`,
    unsure.length > 0 && `Still under way, so look whether it happened: ${name(unsure)}.`,
    failed.length > 0 && `Refused: ${name(failed)}.`,
  ]
    .filter((line) => line !== false)
    .join('\n');
}

/** `customers.search (3), customers.get` */
function count(calls: readonly Call[]): string {
  const counts = new Map<string, number>();
  for (const { tool } of calls) counts.set(tool.path, (counts.get(tool.path) ?? 0) + 1);
  return Array.from(counts, ([path, times]) => (times === 1 ? path : `${path} (${times})`)).join(', ');
}

/** `customers.rename {"id":1}, customers.rename {"id":2} and 3 others` */
function name(calls: readonly Call[]): string {
  const named = calls.slice(0, mostNamed).map(({ tool, json }) => {
    return json === '' ? tool.path : `${tool.path} ${show(json)}`;
  });
  const rest = calls.slice(mostNamed);
  return named.join(', ') + (rest.length > 0 ? ` and ${rest.length} others: ${count(rest)}` : '');
}

/** Shortens arguments. What was shortened before stays the same. */
function show(json: string): string {
  return json.length > mostCharacters ? `${json.slice(0, mostCharacters)}…` : json;
}

/** Lets go of the arguments of a call that has ended, but for what is told of it. */
function release(call: Call): void {
  // Written and read again: a slice would keep the whole text in memory.
  call.json = JSON.parse(JSON.stringify(show(call.json))) as string;
}

/** Makes a call, whose outcome is JSON for the sandbox. It never rejects. */
export async function makeCall(
  call: Call,
  run: CodeRun,
  mostCharactersOfResult: number,
): Promise<{ isOk: boolean; json: string }> {
  const result = await callTool(call, run);
  release(call);
  if (!result.ok) {
    call.state = 'failed';
    call.error = `${result.code}: ${result.message}`;
    return { isOk: false, json: JSON.stringify({ code: result.code, message: result.message }) };
  }
  call.state = 'done';
  const json = tryWriting(result.json);
  if (json === undefined) {
    const message = `The result of ${call.tool.path} has a value that is not JSON, so that code cannot read it.`;
    return { isOk: false, json: JSON.stringify({ code: 'INTERNAL_SERVER_ERROR', message }) };
  }
  if (json.length <= mostCharactersOfResult) return { isOk: true, json };
  const message = `The result of ${call.tool.path} is too large for the memory of this code: ${json.length} characters. Ask for less, such as one page.`;
  return { isOk: false, json: JSON.stringify({ code: 'PAYLOAD_TOO_LARGE', message }) };
}

/** Returns `undefined` for what is not JSON, such as a `bigint` in the result of a tool without a procedure. */
function tryWriting(value: unknown): string | undefined {
  try {
    // Nothing has no JSON.
    return JSON.stringify(value) ?? '';
  } catch {
    return undefined;
  }
}

async function callTool({ tool, json }: Call, run: CodeRun): Promise<CodeResult> {
  let args: unknown;
  try {
    args = json === '' ? undefined : (JSON.parse(json) as unknown);
  } catch {
    // Only code that has changed how it sends its calls sends no JSON.
    return { ok: false, code: 'BAD_REQUEST', message: 'The arguments are not JSON.' };
  }
  return run.call(tool.name, args);
}
