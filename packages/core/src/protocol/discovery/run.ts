import type { ContentBlock } from '@modelcontextprotocol/server';
import type { CallRequest } from '../../call/active-call.ts';
import { callTool } from '../../call/call-tool.ts';
import { type FailureOutcome, type Outcome, type ResultOutcome, textOf } from '../../call/outcome.ts';
import { openProgress } from '../../call/progress.ts';
import { isVisible } from '../../call/visible.ts';
import { discoveryNames } from '../../catalog/front.ts';
import { shareOneBudget } from '../../schema/budget.ts';
import { createListContext, spendTimeOfHidden } from '../list-context.ts';
import type { ServerParts, Serving } from '../serving.ts';
import { type InnerCall, readInnerCalls } from './inner-call.ts';
import { toBadRequest, toNotFound } from './refusal.ts';

/** The two tools that call others: one for what reads, which a host can allow alone, and one for what changes something. */
export type Runner = 'run_query' | 'run_mutation';

/**
 * Runs the calls in the arguments of a runner. A single one ends exactly as it would by itself: with its questions, its
 * status, and its result as it was written.
 */
export async function runInner(
  parts: ServerParts,
  serving: Serving,
  runner: Runner,
  args: unknown,
  request: CallRequest,
): Promise<Outcome> {
  const calls = readInnerCalls(runner, args);
  if (typeof calls === 'string') return toBadRequest(calls);
  return calls.length === 1
    ? runOne(parts, serving, runner, calls[0]!, request)
    : runBatch(parts, serving, runner, calls, request);
}

async function runOne(
  parts: ServerParts,
  serving: Serving,
  runner: Runner,
  { name, args }: InnerCall,
  request: CallRequest,
): Promise<Outcome> {
  const { catalog, exchange } = serving;
  const tool = catalog.tools.get(name);
  const ctx = () => createListContext(parts, exchange, request);
  if (tool && tool.isReadOnly === (runner === 'run_query')) {
    const outcome = await callTool(parts, tool, args, request, exchange);
    return outcome ?? toNotFound(parts, serving, name, request);
  }
  if (discoveryNames.some((own) => own === name)) {
    return toBadRequest(`${name} is called by itself, and not through ${runner}`);
  }
  // What a hidden tool does is told to nobody who may not know of it.
  if (tool && (await isVisible(tool, ctx, parts))) return toBadRequest(otherRunner[runner](name));
  if (!tool) await spendTimeOfHidden(parts, catalog, ctx);
  return toNotFound(parts, serving, name, request);
}

const otherRunner: Record<Runner, (name: string) => string> = {
  run_query: (name) => `${name} may change something; call it with run_mutation`,
  run_mutation: (name) => `${name} only reads; call it with run_query`,
};

/** One call of a batch that has ended. */
interface Ended {
  name: string;
  outcome: ResultOutcome;
}

async function runBatch(
  parts: ServerParts,
  serving: Serving,
  runner: Runner,
  calls: readonly InnerCall[],
  request: CallRequest,
): Promise<Outcome> {
  shareOneBudget(calls.map(({ args }) => args));
  const ended: Ended[] = [];
  const channel = openProgress(request.sdk);
  // The progress of each call begins anew, and that of the whole must not. Nobody is asked in the middle of a batch.
  const inner: CallRequest = { ...request, sdk: undefined, state: undefined };
  try {
    for (const [index, call] of calls.entries()) {
      if (request.signal.aborted) return toStopped(calls, ended, 'the client has cancelled the call');
      const outcome = await runOne(parts, serving, runner, call, inner);
      if (outcome.kind === 'failure') {
        // A client can get what is missing here, if it sees the status.
        const canActOn = outcome.status === 401 || outcome.challenge !== undefined;
        return canActOn ? outcome : toStopped(calls, ended, textOf(outcome), outcome);
      }
      if (outcome.kind !== 'result') {
        return toStopped(calls, ended, `${call.name} asks a person before it goes on; call it alone`);
      }
      if (outcome.result['isError'] === true) return toStopped(calls, ended, textIn(outcome));
      ended.push({ name: call.name, outcome });
      channel?.offer({ progress: index + 1, total: calls.length, message: call.name });
    }
  } finally {
    channel?.end();
  }
  return toBatchResult(ended);
}

/** The results of all calls. What was written for a call alone is not written again. */
function toBatchResult(ended: readonly Ended[]): ResultOutcome {
  if (!ended.some(hasStructured))
    return { kind: 'result', result: { content: ended.flatMap(toNamedContent) } };
  const json = `{"results":[${ended.map(write).join(',')}]}`;
  const others = ended.flatMap(({ outcome }) => contentOf(outcome).filter(({ type }) => type !== 'text'));
  const result = {
    content: [{ type: 'text', text: json }, ...others],
    structuredContent: { results: ended.map(toEntry) },
  };
  return others.length > 0 ? { kind: 'result', result } : { kind: 'result', result, json, text: json };
}

/** The results so far, the error, and what was not called any more. */
function toStopped(
  calls: readonly InnerCall[],
  ended: readonly Ended[],
  error: string,
  failure?: FailureOutcome,
): ResultOutcome {
  const [failed, ...rest] = calls.slice(ended.length);
  const notRun = rest.map(({ name }) => name);
  const tail = `{"name":${JSON.stringify(failed!.name)},"error":${JSON.stringify(error)}}`;
  const text = `{"results":[${[...ended.map(write), tail].join(',')}],"notRun":${JSON.stringify(notRun)}}`;
  const others = ended.flatMap(({ outcome }) => contentOf(outcome).filter(({ type }) => type !== 'text'));
  const structuredContent = {
    results: [...ended.map(toEntry), { name: failed!.name, error }],
    notRun,
  };
  return {
    kind: 'result',
    result: {
      content: [{ type: 'text', text }, ...others],
      structuredContent,
      isError: true,
      ...(failure && { _meta: failure.meta }),
    },
  };
}

function hasStructured({ outcome }: Ended): boolean {
  return outcome.json !== undefined || outcome.result['structuredContent'] !== undefined;
}

/** What a call is answered with that has nothing for programs, below its name. */
function toNamedContent({ name, outcome }: Ended): ContentBlock[] {
  return [{ type: 'text', text: `${name}:` }, ...contentOf(outcome)];
}

function write({ name, outcome }: Ended): string {
  const { json, result } = outcome;
  const structured = json ?? JSON.stringify(result['structuredContent']);
  const value =
    structured === undefined ? `"text":${JSON.stringify(textIn(outcome))}` : `"result":${structured}`;
  return `{"name":${JSON.stringify(name)},${value}}`;
}

function toEntry({ name, outcome }: Ended): object {
  const { structuredContent } = outcome.result;
  return structuredContent === undefined
    ? { name, text: textIn(outcome) }
    : { name, result: structuredContent };
}

function contentOf({ result }: ResultOutcome): ContentBlock[] {
  return (result['content'] ?? []) as ContentBlock[];
}

function textIn(outcome: ResultOutcome): string {
  return contentOf(outcome)
    .flatMap((block) => (block.type === 'text' ? block.text : []))
    .join('\n');
}
