import type { EvalCase } from './case.ts';
import { type EvalRecord, listOf, type RecordedCase } from './record.ts';
import type { Session } from './session.ts';
import { findChangedQuestion, findChangedTools, type StaleReason } from './staleness.ts';
import type { Tape } from './tape.ts';

/** What can be said of a record before a case runs. */
export function findStaleBefore(
  recorded: RecordedCase | undefined,
  { say }: EvalCase,
  as: string | undefined,
  repeat: number,
): StaleReason[] {
  if (recorded === undefined) return [{ kind: 'record', message: 'Nothing is recorded for it.' }];
  const reasons = findChangedQuestion(recorded, [say].flat(), as);
  if (recorded.runs.length < repeat)
    reasons.push({
      kind: 'record',
      message: `It runs ${repeat} times, and ${recorded.runs.length === 1 ? '1 repetition is' : `${recorded.runs.length} repetitions are`} recorded.`,
    });
  return reasons;
}

/** Compares what the model is given now with what it was given when the case was recorded. */
export function findStale(
  { catalog, isStrict }: Session,
  recorded: RecordedCase,
  record: EvalRecord,
  { tools = [], instructions }: Tape,
): StaleReason[] {
  const before = listOf(record, recorded);
  const reasons = findChangedTools(recorded, before, catalog.toRecorded(tools));
  if (instructions !== recorded.instructions)
    reasons.unshift({ kind: 'instructions', message: 'The instructions of the model have changed.' });
  if (isStrict && reasons.length === 0) {
    const now = tools.map(({ name }) => name);
    const gone = before.filter((name) => !now.includes(name));
    const fresh = now.filter((name) => !before.includes(name));
    const told = [...fresh.map((name) => `${name} is new`), ...gone.map((name) => `${name} is gone`)];
    if (told.length > 0)
      reasons.push({ kind: 'tool', message: `The list of tools has changed: ${told.join(', ')}.` });
  }
  return reasons;
}

/** The tools that the model had not seen when a case was recorded. */
export function findFresh(
  recorded: RecordedCase,
  record: EvalRecord,
  tape: Tape | undefined,
): readonly string[] {
  const before = listOf(record, recorded);
  return (tape?.tools ?? []).map(({ name }) => name).filter((name) => !before.includes(name));
}
