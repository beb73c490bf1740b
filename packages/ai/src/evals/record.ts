import { toSortedJson } from './digest.ts';
import { EvalsError } from './evals-error.ts';

/** What a model answered in each case, so that the cases can run again without it. It is the content of a JSON file. */
export interface EvalRecord {
  /** The version of the form of this file. */
  version: 1;
  /** What was recorded, by the name of the case. */
  cases: Readonly<Record<string, RecordedCase>>;
  /** The names of the tools that were listed for a case, by their digest. */
  lists: Readonly<Record<string, readonly string[]>>;
}

/** What was recorded of one case. */
export interface RecordedCase {
  /** The provider and the id of the model. */
  model: string;
  /** Who said it. */
  as?: string;
  /** What was said. */
  say: readonly string[];
  /** The digest of the system prompt; missing if there was none. Dates in it do not count. */
  instructions?: string;
  /** The tools that were used, as they were then. */
  tools: Readonly<Record<string, RecordedTool>>;
  /** The digest of the names of all tools that the model could choose from. It is a key of `lists`. */
  list: string;
  /** The repetitions: each has the responses of the model, in their order. */
  runs: readonly (readonly RecordedResponse[])[];
}

/** A tool as it was when a case was recorded. */
export interface RecordedTool {
  /** The names of its arguments. Those that may be left out end with `?`. */
  arguments: readonly string[];
  /** The digest of its description. */
  description: string;
  /** The digest of the JSON Schema of its arguments. */
  input: string;
}

/** One response of the model. */
export interface RecordedResponse {
  /** What the model wrote. */
  text?: string;
  /** The tools that it called, in their order. */
  calls?: readonly RecordedCall[];
  /** Why the response ended, if not because it was complete: `length`, `content-filter`, `error` or `other`. */
  finish?: string;
  /** The tokens that the provider counted. */
  tokens: { input: number; output: number };
  /** The digest of everything that the model was given: the instructions, the messages and the results of tools. */
  prompt: string;
}

/** A call that the model asked for. */
export interface RecordedCall {
  /** The name as the model wrote it. */
  tool: string;
  /** The arguments; a text where the model wrote what is no JSON. */
  input: unknown;
}

/** A record that holds nothing yet. */
export const emptyRecord: EvalRecord = { version: 1, cases: {}, lists: {} };

/** Writes a record as the text of its file: keys in order, so that a diff shows only what changed. */
export function writeRecord(record: EvalRecord): string {
  const needed = new Set(Object.values(record.cases).map(({ list }) => list));
  const lists = Object.fromEntries(Object.entries(record.lists).filter(([key]) => needed.has(key)));
  return `${toSortedJson({ ...record, lists }, 2)}\n`;
}

/** Reads the text of a record. `name` is what messages call the file. Throws an `EvalsError` that says what is wrong with it. */
export function readRecord(text: string, name = 'The record'): EvalRecord {
  // Editors of Windows may write a mark at the beginning.
  const content = text.replace(/^\uFEFF/, '');
  if (/^(<{7}|={7}|>{7})/m.test(content))
    throw invalid(`${name} has the marks of a merge that is not finished`);
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (cause) {
    throw invalid(`${name} is not JSON`, cause);
  }
  return checkRecord(value, name);
}

/** The names of the tools that were listed for a case. */
export function listOf({ lists }: EvalRecord, { list }: RecordedCase): readonly string[] {
  return Object.hasOwn(lists, list) ? lists[list]! : [];
}

/** Looks at a record that was read. Throws an `EvalsError` that says what is wrong with it. */
export function checkRecord(value: unknown, name = 'The record'): EvalRecord {
  if (!isObject(value) || typeof value['version'] !== 'number')
    throw invalid(`${name} is no record of evals: it has no "version" that is a number`);
  if (value['version'] > 1)
    throw new EvalsError(
      'RECORD_NEWER',
      `${name} was written by a newer version of @trpc-mcp/ai (its form is ${value['version']}, and this version knows 1)`,
      'Update @trpc-mcp/ai, or record again with trpc-mcp eval --record.',
    );
  const { cases, lists } = value;
  if (value['version'] !== 1 || !isObject(cases) || !isObject(lists))
    throw invalid(`${name} is no record of evals: "version", "cases" or "lists" is missing`);
  for (const [key, each] of Object.entries(cases)) {
    const wrong = findWrong(each);
    if (wrong !== undefined)
      throw invalid(`${name} is broken: "${wrong}" of the case "${key}" is missing or of another kind`);
  }
  for (const [key, names] of Object.entries(lists))
    if (!isTexts(names)) throw invalid(`${name} is broken: the list "${key}" holds no names`);
  // Cast: all that is read of it has been looked at.
  return value as unknown as EvalRecord;
}

function findWrong(value: unknown): keyof RecordedCase | 'case' | undefined {
  if (!isObject(value)) return 'case';
  if (typeof value['model'] !== 'string') return 'model';
  if (value['as'] !== undefined && typeof value['as'] !== 'string') return 'as';
  if (!isTexts(value['say'])) return 'say';
  if (value['instructions'] !== undefined && typeof value['instructions'] !== 'string') return 'instructions';
  if (typeof value['list'] !== 'string') return 'list';
  const { tools, runs } = value;
  if (!isObject(tools) || !Object.values(tools).every(isTool)) return 'tools';
  if (!Array.isArray(runs) || runs.length === 0) return 'runs';
  if (!runs.every((run) => Array.isArray(run) && run.every(isResponse))) return 'runs';
  return undefined;
}

function isTool(value: unknown): boolean {
  return (
    isObject(value) &&
    typeof value['description'] === 'string' &&
    typeof value['input'] === 'string' &&
    isTexts(value['arguments'])
  );
}

function isResponse(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { tokens, text, calls = [], prompt, finish } = value;
  return (
    isObject(tokens) &&
    typeof tokens['input'] === 'number' &&
    typeof tokens['output'] === 'number' &&
    (text === undefined || typeof text === 'string') &&
    (finish === undefined || typeof finish === 'string') &&
    typeof prompt === 'string' &&
    Array.isArray(calls) &&
    calls.every((call) => isObject(call) && typeof call['tool'] === 'string' && 'input' in call)
  );
}

function invalid(message: string, cause?: unknown): EvalsError {
  return new EvalsError(
    'RECORD_INVALID',
    message,
    'Restore it from version control, or remove it and record again with trpc-mcp eval --record.',
    cause,
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}
