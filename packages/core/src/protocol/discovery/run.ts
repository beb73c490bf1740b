import type { ContentBlock } from '@modelcontextprotocol/server';
import type { CallRequest } from '../../call/active-call.ts';
import { callTool } from '../../call/call-tool.ts';
import { type FailureOutcome, type Outcome, type ResultOutcome, textOf } from '../../call/outcome.ts';
import { openProgress, type Progress } from '../../call/progress.ts';
import { isVisible } from '../../call/visible.ts';
import { discoveryNames } from '../../catalog/front.ts';
import { isRecord } from '../../record.ts';
import { shareOneBudget } from '../../schema/budget.ts';
import { moreKey } from '../../schema/loosen.ts';
import { createListContext, spendTimeOfHidden } from '../list-context.ts';
import type { ServerParts, Serving } from '../serving.ts';
import { type InnerCall, readInnerCalls } from './inner-call.ts';
import { runTool } from '../tasks/run-tool.ts';
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
    ? runOne(parts, serving, runner, calls[0]!, request, runTool)
    : runBatch(parts, serving, runner, calls, request);
}

async function runOne(
  parts: ServerParts,
  serving: Serving,
  runner: Runner,
  { name, args }: InnerCall,
  request: CallRequest,
  run: typeof runTool,
): Promise<Outcome> {
  const { catalog, exchange } = serving;
  const tool = catalog.tools.get(name);
  const ctx = () => createListContext(parts, exchange, request);
  if (tool && tool.isReadOnly === (runner === 'run_query')) {
    const outcome = await run(parts, serving, tool, args, request);
    return outcome ?? toNotFound(parts, serving, name, request);
  }
  if (discoveryNames.some((own) => own === name) || catalog.standIns.has(name)) {
    return toBadRequest(`${name} is called by itself, and not through ${runner}`);
  }
  // What a hidden tool does is told to nobody who may not know of it.
  if (tool && (await isVisible(tool, ctx, parts))) return toBadRequest(otherRunner[runner](name));
  if (!tool) await spendTimeOfHidden(parts, catalog, ctx);
  return toNotFound(parts, serving, name, request);
}

/** A batch has one answer, so that none of its calls becomes a task. */
const runInBatch: typeof runTool = async (parts, { exchange }, tool, args, request) =>
  tool.task?.isRequired && parts.tasks
    ? toBadRequest(`${tool.name} runs as a task; call it alone`)
    : callTool(parts, tool, args, request, exchange);

const otherRunner: Record<Runner, (name: string) => string> = {
  run_query: (name) => `${name} may change something; call it with run_mutation`,
  run_mutation: (name) => `${name} only reads; call it with run_query`,
};

/** One call of a batch that has ended. */
interface Ended {
  name: string;
  outcome: ResultOutcome;
  /** What its texts say that its structured content does not: notes of what was cut, and words of the app. */
  beside: string | undefined;
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
  channel?.begin();
  // The progress of each call begins anew, and that of the whole must not. Nobody is asked in the middle of a batch, and
  // whoever has agreed to the batch was not shown what its calls ask.
  const inner: CallRequest = {
    ...request,
    sdk: undefined,
    state: undefined,
    report: undefined,
    isApproved: false,
  };
  const tell = (progress: Progress) => (channel ? channel.offer(progress) : request.report?.(progress));
  try {
    for (const [index, call] of calls.entries()) {
      if (request.signal.aborted) return toStopped(calls, ended, 'the client has cancelled the call');
      const outcome = await runOne(parts, serving, runner, call, inner, runInBatch);
      if (outcome.kind === 'failure') {
        // A client can get what is missing here, if it sees the status.
        const canActOn = outcome.status === 401 || outcome.challenge !== undefined;
        return canActOn ? outcome : toStopped(calls, ended, textOf(outcome), outcome);
      }
      if (outcome.kind !== 'result') {
        return toStopped(calls, ended, `${call.name} asks a person before it goes on; call it alone`);
      }
      if (outcome.result['isError'] === true) return toStopped(calls, ended, textIn(outcome));
      const hasOwnWords = serving.catalog.tools.get(call.name)?.toContent !== undefined;
      ended.push({ name: call.name, outcome, beside: textBeside(outcome, hasOwnWords) });
      tell({ progress: index + 1, total: calls.length, message: call.name });
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
  const others = ended.flatMap(toNamedAttachments);
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
  const others = ended.flatMap(toNamedAttachments);
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

/** The files of a call, below its name: each call counts its own, as `attachment:1` and so on. */
function toNamedAttachments({ name, outcome }: Ended, index: number): ContentBlock[] {
  const files = contentOf(outcome).filter(({ type }) => type !== 'text');
  if (files.length === 0) return [];
  return [{ type: 'text', text: `The attachments of results[${index}], ${name}:` }, ...files];
}

function write({ name, outcome, beside }: Ended): string {
  const { json, result } = outcome;
  const structured = json ?? JSON.stringify(result['structuredContent']);
  const values = [
    ...(structured === undefined ? [] : [`"result":${structured}`]),
    ...(beside === undefined ? [] : [`"text":${JSON.stringify(beside)}`]),
  ];
  return `{"name":${JSON.stringify(name)},${values.join(',')}}`;
}

function toEntry({ name, outcome, beside }: Ended): object {
  const { structuredContent } = outcome.result;
  return {
    name,
    ...(structuredContent !== undefined && { result: structuredContent }),
    ...(beside !== undefined && { text: beside }),
  };
}

/** The texts of a result without structured content, and of one with it those that are no copy of it. */
function textBeside(outcome: ResultOutcome, hasOwnWords: boolean): string | undefined {
  const { structuredContent: structured } = outcome.result;
  // Its only text is a copy.
  if (outcome.json !== undefined) return undefined;
  if (structured === undefined) return textIn(outcome);
  const texts = contentOf(outcome).flatMap((block) => (block.type === 'text' ? block.text : []));
  const isAbsent = structured === null || (isRecord(structured) && Object.keys(structured).length === 0);
  // Where the app has not written the texts, the first one is the result.
  const others = hasOwnWords || isAbsent ? texts : texts.slice(1);
  const told = isRecord(structured) ? structured[moreKey] : undefined;
  const beside = others.filter((text) => text !== told);
  return beside.length === 0 ? undefined : beside.join('\n');
}

function contentOf({ result }: ResultOutcome): ContentBlock[] {
  return (result['content'] ?? []) as ContentBlock[];
}

function textIn(outcome: ResultOutcome): string {
  return contentOf(outcome)
    .flatMap((block) => (block.type === 'text' ? block.text : []))
    .join('\n');
}
