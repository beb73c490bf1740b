import type { SetupProblemCode } from '../setup-error.ts';

/** Thrown at mount time if a schema cannot be used. The code is stable, and the message says what to change. */
export class SchemaProblem extends Error {
  override readonly name = 'SchemaProblem';
  readonly code: SetupProblemCode;

  constructor(code: SetupProblemCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
