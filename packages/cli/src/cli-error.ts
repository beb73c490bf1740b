import { type ExitCode, exitCode } from './exit-code.ts';

/** A failure that is told in words and without a stack: what is wrong, and what to do about it. */
export class CliError extends Error {
  override name = 'CliError';
  readonly exitCode: ExitCode;
  /** What to do, as a sentence or a command. */
  readonly fix: string | undefined;

  constructor(message: string, options: { exitCode?: ExitCode; fix?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.exitCode = options.exitCode ?? exitCode.usage;
    this.fix = options.fix;
  }
}
