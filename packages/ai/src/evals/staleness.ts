import { digest } from './digest.ts';
import type { ModelTool } from './model.ts';
import type { RecordedCase, RecordedTool } from './record.ts';

/** Why a recorded case can no longer be replayed. */
export interface StaleReason {
  /** What changed. `record`: nothing is recorded, or too little or too much for this run. */
  kind: 'tool' | 'arguments' | 'description' | 'instructions' | 'question' | 'person' | 'record';
  /** The tool that changed. */
  tool?: string;
  /** What changed, in a sentence. */
  message: string;
}

/** Compares what a case says now with what was recorded. */
export function findChangedQuestion(
  recorded: RecordedCase,
  say: readonly string[],
  as: string | undefined,
): StaleReason[] {
  const reasons: StaleReason[] = [];
  if (say.length !== recorded.say.length || say.some((each, at) => each !== recorded.say[at]))
    reasons.push({ kind: 'question', message: 'What is said has changed.' });
  if (as !== recorded.as)
    reasons.push({
      kind: 'person',
      message: `It is said by ${as ?? 'nobody'} now, and was said by ${recorded.as ?? 'nobody'}.`,
    });
  return reasons;
}

/** Compares the tools that a case used with those that there are now. Tools that it did not use do not matter. */
export function findChangedTools(
  recorded: RecordedCase,
  before: readonly string[],
  now: ReadonlyMap<string, RecordedTool>,
): StaleReason[] {
  return Object.entries(recorded.tools).flatMap(([tool, then]): StaleReason[] => {
    const found = now.get(tool);
    if (found === undefined) return [{ kind: 'tool', tool, message: describeGone(tool, then, before, now) }];
    const reasons: StaleReason[] = [];
    if (found.input !== then.input)
      reasons.push({ kind: 'arguments', tool, message: describeArguments(tool, then, found) });
    if (found.description !== then.description)
      reasons.push({ kind: 'description', tool, message: `The description of ${tool} has changed.` });
    return reasons;
  });
}

/** What an eval remembers of a tool: the digests tell whether it changed, the names of arguments say how. */
export function toRecordedTool({ description = '', inputSchema }: Omit<ModelTool, 'name'>): RecordedTool {
  const { properties = {}, required = [] } = (inputSchema ?? {}) as {
    properties?: Record<string, unknown>;
    required?: readonly string[];
  };
  return {
    arguments: Object.keys(properties)
      .toSorted()
      .map((name) => (required.includes(name) ? name : `${name}?`)),
    description: digest(description),
    input: digest(inputSchema ?? {}),
  };
}

function describeGone(
  tool: string,
  then: RecordedTool,
  before: readonly string[],
  now: ReadonlyMap<string, RecordedTool>,
): string {
  const fresh = [...now].filter(([name]) => !before.includes(name));
  const same = fresh.filter(([, { input }]) => input === then.input);
  const like = same.find(([, { description }]) => description === then.description) ?? same[0];
  const renamed =
    like === undefined ? '' : ` ${like[0]} is new and takes the same arguments: was it renamed?`;
  return `The tool ${tool} is gone, or this person may no longer see it.${renamed}`;
}

function describeArguments(tool: string, then: RecordedTool, now: RecordedTool): string {
  const gone = then.arguments.filter((each) => !now.arguments.includes(each));
  const fresh = now.arguments.filter((each) => !then.arguments.includes(each));
  const told = [
    ...fresh.map((each) => toldOf(each, gone)),
    ...gone
      .filter((each) => !fresh.some((other) => bare(other) === bare(each)))
      .map((each) => `${bare(each)} is gone`),
  ];
  if (told.length === 0)
    return `The arguments of ${tool} have changed: the schema of one of them is another.`;
  return `The arguments of ${tool} have changed: ${told.join(', ')}.`;
}

function toldOf(fresh: string, gone: readonly string[]): string {
  const name = bare(fresh);
  if (!gone.some((each) => bare(each) === name)) return `${name} is new`;
  return fresh.endsWith('?') ? `${name} may be left out now` : `${name} is needed now`;
}

function bare(name: string): string {
  return name.replace(/\?$/, '');
}
