import type { setupProblems } from './setup-problems.ts';

/** Every code of a `SetupProblem`. docs/setup-problems.md says what each one means. */
export type SetupProblemCode = keyof typeof setupProblems;

/** One thing that is wrong with the set-up of the app, and what to change. */
export interface SetupProblem {
  /** Stays the same from version to version, for programs: `NAME_CLASH`, `PATTERN_UNMATCHED`, … */
  code: SetupProblemCode;
  /** The dotted path of the procedure, or the name of the option. */
  path: string;
  /** Says what is wrong and how to change it, for the developer. */
  message: string;
}

/** Thrown when a router cannot be served as it is set up. It names every problem that was found, not only the first. */
export class SetupError extends Error {
  override readonly name = 'SetupError';
  readonly problems: readonly SetupProblem[];

  constructor(problems: readonly SetupProblem[]) {
    const lines = problems.map(({ code, path, message }) => `  ${path}: ${message} [${code}]`);
    super(`MCP cannot serve this router as it is set up:\n${lines.join('\n')}`);
    this.problems = problems;
  }
}
