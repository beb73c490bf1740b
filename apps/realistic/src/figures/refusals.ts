import { sampleArguments } from './arguments.ts';
import { type CallResult, type Connection, type Era, eras, type ListedTool } from './client.ts';
import { compile } from './validity.ts';

/** What became of the calls with arguments that were made from the published schemas. */
export interface Calls {
  count: number;
  /** How many were refused for something that the schema could have said, by tool. */
  refused: Map<string, number>;
  /** What was said of them, one example for each tool. */
  reasons: Map<string, string>;
  /** Tools for whose input schema no arguments were found. */
  withoutArguments: string[];
  /** Tools whose structured content does not fit their own output schema. */
  unfit: string[];
  /** How many calls ended with each code; `OK` is for those that went well. */
  codes: Map<string, number>;
}

interface Sampling {
  runs: number;
  seed: number;
}

/** Calls every tool with arguments that its schema allows, through the official clients of both eras in turn. */
export async function callAll(
  connections: Record<Era, Connection>,
  lists: Record<Era, readonly ListedTool[]>,
  { runs, seed }: Sampling,
): Promise<Calls> {
  const calls: Calls = {
    count: 0,
    refused: new Map(),
    reasons: new Map(),
    withoutArguments: [],
    unfit: [],
    codes: new Map(),
  };
  for (const [index, tool] of lists.modern.entries()) {
    const samples = sampleArguments(tool.inputSchema, { runs, seed: seed + index });
    if (samples.length === 0) calls.withoutArguments.push(tool.name);
    for (const [run, args] of samples.entries()) {
      const era = eras[run % eras.length]!;
      const result = await connections[era].call(tool.name, args);
      judge(calls, lists[era][index]!, args, result);
    }
  }
  return calls;
}

function judge(calls: Calls, tool: ListedTool, args: unknown, result: CallResult): void {
  calls.count++;
  const code = result.isError ? ((result._meta?.['code'] as string | undefined) ?? 'without a code') : 'OK';
  add(calls.codes, code);
  if (code === 'OK') {
    const fits =
      tool.outputSchema === undefined || compile(tool.outputSchema)?.(result.structuredContent) !== false;
    if (!fits && !calls.unfit.includes(tool.name)) calls.unfit.push(tool.name);
  } else if (code === 'BAD_REQUEST' && !isForRefinement(result, args)) {
    add(calls.refused, tool.name);
    if (!calls.reasons.has(tool.name)) calls.reasons.set(tool.name, reasonOf(result, args));
  }
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

interface Issue {
  code: string;
  path: (string | number)[];
}

/** No schema can say what a `refine` demands. A class that is missing has the same code, and the schema can say that. */
function isForRefinement({ _meta }: CallResult, args: unknown): boolean {
  const shape = _meta?.['shape'] as { data?: { issues?: Issue[] | null } } | undefined;
  const issues = shape?.data?.issues ?? [];
  return (
    issues.length > 0 &&
    issues.every(({ code, path }) => code === 'custom' && valueAt(args, path) !== undefined)
  );
}

function valueAt(args: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], args);
}

function reasonOf({ _meta }: CallResult, args: unknown): string {
  const issues = (_meta?.['issues'] ?? []) as { path: string; message: string }[];
  const said = issues.map(({ path, message }) => `${path}: ${message}`).join('; ');
  return `${said} ← ${JSON.stringify(args).slice(0, 160)}`;
}
