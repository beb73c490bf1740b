/** Why no tool can be made of a schema, and what to change. The catalog adds the procedure's path. */
export class SchemaProblem extends Error {
  override readonly name = 'SchemaProblem';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** A wire value that is refused before the app's parsers see it. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

/** A result that cannot be said in JSON. */
export class EncodeError extends Error {
  override readonly name = 'EncodeError';
}
