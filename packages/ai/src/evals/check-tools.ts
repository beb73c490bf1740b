import type { EvalCase } from './case.ts';
import { EvalsError } from './evals-error.ts';
import { findNearest } from './nearest.ts';

/** Throws an `EvalsError` if a case expects, or forbids, calls of a tool that the app does not have. */
export function checkToolNames(cases: readonly EvalCase[], names: ReadonlySet<string>): void {
  const problems = cases.flatMap(({ name, expect }) => {
    const named = [
      ...((expect.calls ?? []) as readonly { tool: string }[]).map(({ tool }) => tool),
      ...((expect.notCalled ?? []) as readonly (string | { tool: string })[]).map((each) =>
        typeof each === 'string' ? each : each.tool,
      ),
    ];
    return [...new Set(named)]
      .filter((tool) => !names.has(tool))
      .map((tool) => describeUnknown(name, tool, names));
  });
  if (problems.length === 0) return;
  throw new EvalsError(
    'DEFINITION_INVALID',
    problems.join('\n'),
    'Correct the names of the tools. trpc-mcp list shows them.',
  );
}

function describeUnknown(name: string, tool: string, names: ReadonlySet<string>): string {
  const near = findNearest(tool, [...names]);
  return `Case "${name}" names the tool ${tool}, which the router does not have.${near === undefined ? '' : ` Did you mean ${near}?`}`;
}
