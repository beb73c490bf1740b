import type { CallRequest } from '../../call/active-call.ts';
import type { Outcome, ResultOutcome } from '../../call/outcome.ts';
import { mostAtOnce } from '../../catalog/front.ts';
import { oneLine, toSignature } from '../../catalog/signature.ts';
import type { Tool } from '../../catalog/tool.ts';
import { isRecord } from '../../record.ts';
import type { ServerParts, Serving } from '../serving.ts';
import { unwrap } from './inner-call.ts';
import { readKnowledge } from './knowledge.ts';
import { tellMissing, toBadRequest } from './refusal.ts';

/** Tells the arguments and results of tools, of those that this caller may know of. */
export async function describeTools(
  parts: ServerParts,
  serving: Serving,
  args: unknown,
  request: CallRequest,
): Promise<Outcome> {
  const read = readNames(args);
  if (typeof read === 'string') return toBadRequest(read);
  const knowledge = await readKnowledge(parts, serving, request, false);
  if (knowledge.kind === 'failure') return knowledge;
  const known: Tool[] = [];
  const missing: string[] = [];
  for (const name of read.names) {
    const tool = serving.catalog.tools.get(name);
    if (tool && (await knowledge.mayKnow(tool))) known.push(tool);
    else missing.push(await tellMissing(parts, serving, name, request, missing.length < mostGuesses));
  }
  if (known.length === 0) return toNotFound(missing);
  const written = read.isSchema ? [JSON.stringify(known.map(toSchemas))] : known.map(toSignatureWithRunner);
  return toText([...written, ...missing].join('\n\n'));
}

/** For so many names that do not exist, the one that was meant is looked for: that takes time for each tool. */
const mostGuesses = 3;

/** Makes the outcome of a call that is answered with a text alone. */
export function toText(text: string): ResultOutcome {
  return { kind: 'result', result: { content: [{ type: 'text', text }] } };
}

function toNotFound(missing: readonly string[]): Outcome {
  const code = 'NOT_FOUND';
  const text = `${code}: ${missing.join(' ')} search_tools finds tools by what they do.`;
  return { kind: 'failure', code, text, meta: { code, httpStatus: 404 }, status: 200 };
}

function toSignatureWithRunner(tool: Tool): string {
  return `${toSignature(tool)}\n// call it with ${tool.isReadOnly ? 'run_query' : 'run_mutation'}`;
}

function toSchemas({ listed, isReadOnly }: Tool): object {
  const { name, description, inputSchema, outputSchema, annotations } = listed.modern;
  const runner = isReadOnly ? 'run_query' : 'run_mutation';
  return { name, description, runner, annotations, inputSchema, ...(outputSchema && { outputSchema }) };
}

function readNames(args: unknown): { names: string[]; isSchema: boolean } | string {
  const { names: given, schema, ...others } = isRecord(args) ? args : {};
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) return `${oneLine(unknown, 60)} is not an argument; it takes names and schema`;
  const list = unwrap(given);
  const names = typeof list === 'string' ? [list] : list;
  if (!Array.isArray(names) || names.length === 0 || names.length > mostAtOnce) {
    return `names has to be a list of 1 to ${mostAtOnce} names of tools`;
  }
  if (!names.every((name): name is string => typeof name === 'string'))
    return 'names has to be a list of texts';
  const isSchema = schema === true || schema === 'true';
  if (!isSchema && !offValues.has(schema)) return 'schema has to be true or false';
  return { names: [...new Set(names)], isSchema };
}

/** Some models send texts, and clients fill what they have nothing for. */
const offValues = new Set<unknown>([false, 'false', undefined, null, '']);
