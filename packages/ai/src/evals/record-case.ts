import { digest } from './digest.ts';
import type { EvalCase } from './case.ts';
import type { EvalCall } from './call.ts';
import type { EvalRecord, RecordedCase, RecordedTool } from './record.ts';
import type { Session } from './session.ts';
import type { Tape } from './tape.ts';
import { personOf } from './world.ts';

/** A case as it is recorded, with the names of all tools that there were. */
export type NewlyRecorded = RecordedCase & { names: readonly string[] };

/** Makes the record of a case of what went between the agent and the model in each repetition. */
export function createRecordedCase(
  { evals, catalog, model }: Session,
  { say, as: given }: EvalCase,
  tries: readonly { tape: Tape; calls: readonly EvalCall[] }[],
): NewlyRecorded {
  const { tools = [], instructions } = tries[0]!.tape;
  const names = tools.map(({ name }) => name).toSorted();
  const known = catalog.toRecorded(tools);
  const used = new Set(
    tries.flatMap(({ tape, calls }) => [
      ...tape.calls.map(({ tool }) => tool),
      ...calls.map(({ tool }) => tool),
    ]),
  );
  // What a model calls may not exist.
  const found = [...used].flatMap((name): [string, RecordedTool][] => {
    const tool = known.get(name);
    return tool === undefined ? [] : [[name, tool]];
  });
  const as = personOf(evals, given);
  return {
    model: `${model!.provider}/${model!.modelId}`,
    ...(as !== undefined && { as }),
    say: [say].flat(),
    ...(instructions !== undefined && { instructions }),
    tools: Object.fromEntries(found),
    list: digest(names),
    names,
    runs: tries.map(({ tape }) => tape.responses),
  };
}

/** Puts what was recorded into a record. Cases that there are no longer are left out. */
export function mergeRecord(
  record: EvalRecord,
  recorded: ReadonlyMap<string, NewlyRecorded>,
  names: readonly string[],
): EvalRecord {
  const kept = names.filter((name) => !recorded.has(name) && Object.hasOwn(record.cases, name));
  const cases = [
    ...kept.map((name): [string, RecordedCase] => [name, record.cases[name]!]),
    ...[...recorded].map(([name, one]): [string, RecordedCase] => [name, withoutNames(one)]),
  ];
  const lists = [...recorded.values()].map(({ list, names: listed }): [string, readonly string[]] => [
    list,
    listed,
  ]);
  return {
    version: 1,
    cases: Object.fromEntries(cases),
    lists: { ...record.lists, ...Object.fromEntries(lists) },
  };
}

/** The names stand once in the record, for all cases that had the same list. */
function withoutNames({ model, as, say, instructions, tools, list, runs }: NewlyRecorded): RecordedCase {
  return {
    model,
    ...(as !== undefined && { as }),
    say,
    ...(instructions !== undefined && { instructions }),
    tools,
    list,
    runs,
  };
}
