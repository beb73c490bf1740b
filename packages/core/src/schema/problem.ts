import type { SetupProblemCode } from '../setup-error.ts';

/** What is wrong with a schema, found at mount: the code is stable, the message says what to change. */
export class SchemaProblem extends Error {
  override readonly name = 'SchemaProblem';
  readonly code: SetupProblemCode;

  constructor(code: SetupProblemCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
