/** One thing that is wrong with how the app is set up, and what to change. */
export interface SetupProblem {
  /** Stable, for programs: `NAME_CLASH`, `PATTERN_UNMATCHED`, … */
  code: string;
  /** The dotted path of the procedure, or the name of the option. */
  path: string;
  /** What is wrong and how to mend it, for the developer. */
  message: string;
}

/** Thrown when a router cannot be served as it is set up. It carries every problem that was found, not just the first. */
export class SetupError extends Error {
  override readonly name = 'SetupError';
  readonly problems: readonly SetupProblem[];

  constructor(problems: readonly SetupProblem[]) {
    const lines = problems.map(({ code, path, message }) => `  ${path}: ${message} [${code}]`);
    super(`MCP cannot serve this router as it is set up:\n${lines.join('\n')}`);
    this.problems = problems;
  }
}
