import type { CodeAnswer, CodeMode, CodeResult, CodeRun } from '../../src/index.ts';

/** What stands for code in these tests: a function of the test, which can do what code can. */
export type Script = (run: CodeRun) => unknown;

/**
 * A code mode without a sandbox: `run_code({ code })` runs the script of that name. What the script returns is the answer, as
 * JSON, and what it throws is a failure.
 */
export function scripts<TContext>(
  all: Record<string, Script>,
  options: Partial<CodeMode<TContext>> = {},
): CodeMode<TContext> {
  return {
    kind: 'code',
    tools: [
      {
        does: 'search',
        name: 'search_api',
        title: 'Search the API',
        description: 'Finds functions of this app.',
        inputSchema: { type: 'object', properties: { query: { type: 'string' } }, required: ['query'] },
      },
      {
        does: 'run',
        name: 'run_code',
        title: 'Run code',
        description: 'Runs JavaScript that calls functions of this app.',
        inputSchema: { type: 'object', properties: { code: { type: 'string' } }, required: ['code'] },
      },
    ],
    async call(name, args, run): Promise<CodeAnswer> {
      if (name === 'search_api') {
        const found = await run.search((args as { query: string }).query, 5);
        return { kind: 'result', text: found.map((tool) => tool.name).join(' ') };
      }
      try {
        const value = await all[(args as { code: string }).code]!(run);
        return { kind: 'result', text: JSON.stringify(value) ?? 'nothing' };
      } catch (thrown) {
        return { kind: 'failure', code: 'UNPROCESSABLE_CONTENT', text: (thrown as Error).message };
      }
    },
    ...options,
  };
}

/** Calls a tool as code does: a failure is thrown. */
export async function api(run: CodeRun, name: string, args?: unknown): Promise<unknown> {
  const result: CodeResult = await run.call(name, args);
  if (!result.ok) throw new Error(`${result.code}: ${result.message}`);
  return result.json;
}

/** The arguments with which a client runs a script. */
export function running(code: string): { name: string; arguments: { code: string } } {
  return { name: 'run_code', arguments: { code } };
}
