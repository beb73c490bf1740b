import type { CodeAnswer } from '@trpc-mcp/core';
import { type Call, tellCalls } from './calls.ts';
import { cutJson } from './cut.ts';
import { adviceFor, codeOf } from './advice.ts';
import type { StopReason } from './engine/stop.ts';
import type { Log } from './log.ts';
import { type CodeLimits, usualTokens } from './options.ts';
import { placeIn, showPlace } from './source.ts';

/** How a run has ended. */
export type Ending =
  /** The JSON is empty for no result. */
  | { kind: 'result'; json: string }
  /** The JSON says what the code threw, and where. */
  | { kind: 'thrown'; json: string }
  | { kind: 'syntax'; message: string; stack: string }
  | { kind: 'stop'; reason: StopReason };

/** What there is to tell about a run. */
export interface Told {
  code: string;
  calls: readonly Call[];
  log: Log;
  limits: CodeLimits;
  form: 'script' | 'function';
}

/** Writes what a model reads of a run that came to its end. */
export function tellResult(
  { json }: { json: string },
  { calls, log, limits }: Told,
  maxTokensOfHandler: number | undefined,
): CodeAnswer {
  const most = limits.maxTokens ?? maxTokensOfHandler ?? usualTokens;
  const console = log.toText();
  const late = calls.filter(({ isLate, state }) => isLate && state === 'failed');
  const notes = [
    ...late.slice(0, 5).map(({ tool, error }) => `Not awaited, and failed: ${tool.path}: ${error}`),
    ...(late.length > 5 ? [`Not awaited, and failed: ${late.length - 5} other calls`] : []),
  ];
  const { text, note } = cutJson(json, most);
  const shown = json === '' ? 'Done. The code returned nothing; to see a result, `return` it.' : text;
  const parts = [shown, note, notes.join('\n'), console];
  return { kind: 'result', text: parts.filter((part) => part !== '').join('\n\n') };
}

/** Writes what a model reads of a run that failed: what went wrong, where, what was called before, and the console. */
export function tellFailure(
  ending: Exclude<Ending, { kind: 'result' }>,
  { code, calls, log, limits, form }: Told,
): CodeAnswer {
  const { failure, place, words } = explain(ending, code, limits, form);
  const parts = [place === '' ? words : `${words}\n${place}`, tellCalls(calls), log.toText()];
  return { kind: 'failure', code: failure, text: parts.filter((part) => part !== '').join('\n\n') };
}

interface Explained {
  failure: FailureCode;
  words: string;
  place: string;
}

type FailureCode = Extract<CodeAnswer, { kind: 'failure' }>['code'];

function explain(
  ending: Exclude<Ending, { kind: 'result' }>,
  code: string,
  limits: CodeLimits,
  form: 'script' | 'function',
): Explained {
  if (ending.kind === 'stop') return { ...tellStop(ending.reason, limits), place: '' };
  if (ending.kind === 'syntax') {
    const { stack } = ending;
    const message = ending.message.slice(0, mostOfMessage);
    const words = `SyntaxError: ${message}${adviceFor('SyntaxError', message, code)}`;
    return { failure: 'BAD_REQUEST', words, place: showIn(stack, code, true) };
  }
  const { name, message, code: given, stack } = readThrown(ending.json);
  const failure = codeOf(given);
  // The code of a refusal is written before these words.
  const isTold = failure !== undefined || name === '' || name === 'Error';
  const words = `${isTold ? '' : `${name}: `}${message}${adviceFor(name, message, code)}`;
  return { failure: failure ?? 'BAD_REQUEST', words, place: showIn(stack, code, form === 'function') };
}

function showIn(stack: string, code: string, isWrapped: boolean): string {
  const place = placeIn(stack, code, isWrapped);
  return place ? showPlace(place, code) : '';
}

/** How many characters of what the code says are told. */
const mostOfName = 200;
const mostOfMessage = 8000;

/** Reads what the sandbox said about an error. Code may have changed what it says. */
function readThrown(json: string): { name: string; message: string; code: string; stack: string } {
  let read: unknown;
  try {
    read = JSON.parse(json);
  } catch {
    read = undefined;
  }
  const fields = (typeof read === 'object' && read !== null ? read : {}) as Record<string, unknown>;
  const textOf = (key: string, most: number) =>
    typeof fields[key] === 'string' ? fields[key].slice(0, most) : '';
  return {
    name: textOf('name', mostOfName),
    message: textOf('message', mostOfMessage),
    code: textOf('code', mostOfName),
    stack: textOf('stack', mostOfMessage),
  };
}

function tellStop(reason: StopReason, limits: CodeLimits): { failure: FailureCode; words: string } {
  switch (reason) {
    case 'cpu':
      return {
        failure: 'TIMEOUT',
        words: `The code computed for more than ${limits.cpuMs} ms without an end. Is there a loop that does not end? Otherwise compute less, or let a call do it.`,
      };
    case 'time':
      return {
        failure: 'TIMEOUT',
        words: `The run took more than ${toSeconds(limits.timeoutMs)}. Make fewer calls, or make them at once with Promise.all.`,
      };
    case 'memory':
      return {
        failure: 'PAYLOAD_TOO_LARGE',
        words: `The code used more than ${Math.floor(limits.memoryBytes / 1024 / 1024)} MiB of memory. Keep less at once, such as one page.`,
      };
    case 'stack':
      return { failure: 'BAD_REQUEST', words: 'The code called itself too often. Use a loop.' };
    case 'stuck':
      return {
        failure: 'BAD_REQUEST',
        words:
          'The code waits for a promise that nothing can settle any more: no call is under way, and there are no timers.',
      };
    default:
      return { failure: 'CLIENT_CLOSED_REQUEST', words: 'The run was ended from outside.' };
  }
}

function toSeconds(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000} s` : `${ms} ms`;
}
