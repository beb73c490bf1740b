import type { CodeAnswer, CodeMode, CodeResult, CodeRun, CodeTool } from '@trpc-mcp/core';

/** A procedure of a run that has no app. */
export interface FakeProcedure extends Partial<Omit<CodeTool, 'path'>> {
  run?: (args: unknown) => CodeResult | Promise<CodeResult>;
}

/** Procedures by path. */
export type FakeApi = Record<string, FakeProcedure>;

export interface FakeRun extends CodeRun {
  /** What was called, in order: the name, and the arguments. */
  calls: [name: string, args: unknown][];
}

/** Makes a run as core would, of procedures that answer at once. */
export function createFakeRun(api: FakeApi = {}, options: Partial<CodeRun> = {}): FakeRun {
  const tools = Object.entries(api).map(([path, { run: _run, ...tool }]): CodeTool => {
    const type = tool.type ?? 'query';
    return {
      name: path.replaceAll('.', '_'),
      path,
      type,
      title: path,
      description: '',
      inputSchema: { type: 'object' },
      isReadOnly: type !== 'mutation',
      asks: false,
      toolset: 'app',
      ...tool,
    };
  });
  const calls: FakeRun['calls'] = [];
  return {
    calls,
    tools: () => Promise.resolve(tools),
    search: (_query, limit) => Promise.resolve(tools.slice(0, limit)),
    async call(name, args) {
      calls.push([name, args]);
      const path = tools.find((tool) => tool.name === name)!.path;
      return (await api[path]!.run?.(args)) ?? { ok: true, json: args };
    },
    signal: new AbortController().signal,
    startedAt: Date.UTC(2026, 0, 31, 9),
    seed: 7,
    maxTokens: undefined,
    isReadOnly: false,
    progress: () => {},
    ...options,
  };
}

/** Runs code, and returns the text that the model reads, with the code of a failure before it. */
export async function runCode(mode: CodeMode, code: string, run: CodeRun = createFakeRun()): Promise<string> {
  return textOf(await mode.call('run_code', { code }, run));
}

export function textOf(answer: CodeAnswer): string {
  return answer.kind === 'failure' ? `${answer.code}: ${answer.text}` : answer.text;
}

/** What a call resolves to. */
export function succeed(json: unknown): () => CodeResult {
  return () => ({ ok: true, json });
}
