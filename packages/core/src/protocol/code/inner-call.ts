import type { CallRequest } from '../../call/active-call.ts';
import type { OpenQuestions } from '../../call/ask.ts';
import { callTool } from '../../call/call-tool.ts';
import { toCodeContent, toCodeResult } from '../../call/code-result.ts';
import { type FailureOutcome, toRefusalOutcome } from '../../call/outcome.ts';
import { isVisible } from '../../call/visible.ts';
import type { CodeResult } from '../../catalog/code-mode.ts';
import { toCodeVariant } from '../../catalog/code-tool.ts';
import { isRecord } from '../../record.ts';
import { tellMissing } from '../discovery/refusal.ts';
import { createListContext, spendTimeOfHidden } from '../list-context.ts';
import type { ServerParts, Serving } from '../serving.ts';
import { wordsOf } from './code-failure.ts';

/** How a call inside of code has ended: it has a result, or a person has to be asked first. */
export type InnerEnd = { kind: 'result'; result: CodeResult } | { kind: 'questions'; open: OpenQuestions };

/** Calls a tool from code, as the caller of the code. What goes wrong is a result. */
export async function callFromCode(
  parts: ServerParts,
  serving: Serving,
  name: string,
  args: unknown,
  request: CallRequest,
): Promise<InnerEnd> {
  const { catalog, exchange } = serving;
  const refusal = await serving.authorize?.(name);
  if (refusal) return toFailed(toRefusalOutcome(refusal));
  const given = args ?? undefined;
  if (given !== undefined && !isRecord(given))
    return refuse('BAD_REQUEST', 'the arguments have to be an object, such as { id: 1 }');
  if (catalog.front?.names.has(name) || catalog.standIns.has(name))
    return refuse('BAD_REQUEST', `${name} is called by itself, and not from code`);
  const readContext = () => createListContext(parts, exchange, request);
  const found = catalog.tools.get(name);
  if (!found) await spendTimeOfHidden(parts, catalog, readContext);
  const isTask = found?.task?.isRequired === true && parts.tasks !== undefined;
  if (isTask && (await isVisible(found, readContext, parts)))
    return refuse('BAD_REQUEST', `${name} runs as a task, for which code cannot wait; call it by itself`);
  const outcome =
    found && !isTask
      ? await callTool(parts, toCodeVariant(found).tool, given, request, exchange, toCodeContent)
      : undefined;
  switch (outcome?.kind) {
    case 'result':
      return { kind: 'result', result: toCodeResult(outcome) };
    case 'questions':
      return outcome;
    case 'failure':
      return toFailed(outcome);
    default:
      return refuse('NOT_FOUND', await tellMissing(parts, serving, name, request));
  }
}

function toFailed(failure: FailureOutcome): InnerEnd {
  return refuse(failure.code, wordsOf(failure));
}

function refuse(code: FailureOutcome['code'], message: string): InnerEnd {
  return { kind: 'result', result: { ok: false, code, message } };
}
