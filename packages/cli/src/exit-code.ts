/** What the process ends with. `trpc-mcp --help` and docs/cli.md say the same. */
export const exitCode = {
  ok: 0,
  /** What was checked or called is not as it should be: lint findings, a changed contract, a tool that failed. */
  failed: 1,
  /** The command line, the configuration or the arguments are wrong. */
  usage: 2,
  /** The target could not be loaded, mounted or reached. */
  unavailable: 3,
  /** The endpoint wants a credential, or refuses the one that it got. */
  unauthorized: 4,
  /** A person ended it: Ctrl-C, or "no" to a question. */
  cancelled: 130,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
