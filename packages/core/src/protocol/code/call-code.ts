import { TRPCError } from '@trpc/server';
import type { CallRequest } from '../../call/active-call.ts';
import { reportThrown } from '../../call/failure.ts';
import type { FailureOutcome, Outcome } from '../../call/outcome.ts';
import { openProgress, type Progress } from '../../call/progress.ts';
import type { CodeAnswer, CodeMode } from '../../catalog/code-mode.ts';
import { isRecord } from '../../record.ts';
import { takeSearchPoint } from '../discovery/limit.ts';
import type { ServerParts, Serving } from '../serving.ts';
import { toCodeFailure } from './code-failure.ts';
import { openRun } from './code-run.ts';
import type { Journal } from './journal.ts';
import { takeJournal } from './resume.ts';

/** Calls one of the tools of a code mode. */
export async function callCode(
  parts: ServerParts,
  serving: Serving,
  code: CodeMode,
  name: string,
  args: unknown,
  request: CallRequest,
): Promise<Outcome> {
  // A run takes time of the process also where it calls nothing. A run that goes on was counted when it began.
  const limited = !request.state && (await takeSearchPoint(parts, name, request));
  if (limited) return limited;
  const journal = request.state && (await tryTaking(parts, name, args, request));
  if (journal && 'kind' in journal) return journal;
  const channel = openProgress(request.sdk);
  const tell = (progress: Progress) => (channel ? channel.offer(progress) : request.report?.(progress));
  const opened = openRun(parts, serving, { name, args, request, journal }, tell);
  channel?.begin();
  try {
    const answered = toAnswered(
      async () => code.call(name, args, opened.run),
      () => opened.end(),
    );
    const ended = await Promise.race([opened.stopped, answered]);
    if ('open' in ended) return ended;
    // Whatever the code mode made of it.
    if (opened.refusal) return opened.refusal;
    return 'thrown' in ended ? toMasked(parts, name, ended.thrown) : ended;
  } finally {
    opened.end();
    channel?.end();
  }
}

async function tryTaking(
  parts: ServerParts,
  name: string,
  args: unknown,
  request: CallRequest,
): Promise<Journal | FailureOutcome> {
  try {
    return await takeJournal(parts, name, args, request);
  } catch (thrown) {
    if (!(thrown instanceof TRPCError)) return toMasked(parts, name, thrown);
    reportThrown(parts.report, thrown, { name });
    return toCodeFailure(thrown.code, thrown.message);
  }
}

/** Never rejects: what the code mode has thrown may come after somebody was asked. */
async function toAnswered(
  call: () => Promise<CodeAnswer>,
  end: () => void,
): Promise<Outcome | { thrown: unknown }> {
  try {
    return toOutcome(await call());
  } catch (thrown) {
    return { thrown };
  } finally {
    // At once: nobody is asked any more.
    end();
  }
}

function toOutcome(answer: CodeAnswer): Outcome {
  // A code mode without types may answer anything.
  if (!isRecord(answer) || typeof answer.text !== 'string') throw new TypeError(noAnswer);
  if (answer.kind === 'failure') return toCodeFailure(answer.code, answer.text);
  if (answer.kind !== 'result') throw new TypeError(noAnswer);
  const { text, json } = answer;
  return {
    kind: 'result',
    result: {
      content: [{ type: 'text', text }],
      ...(json !== undefined && { structuredContent: json }),
    },
  };
}

const noAnswer =
  'call of a code mode has to answer with { kind: "result", text } or { kind: "failure", code, text }';

function toMasked(parts: ServerParts, name: string, thrown: unknown): FailureOutcome {
  const reference = reportThrown(parts.report, thrown, { name });
  const words = `something went wrong inside the app (reference ${reference})`;
  return toCodeFailure('INTERNAL_SERVER_ERROR', words);
}
