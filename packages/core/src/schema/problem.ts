export type SchemaProblemCode =
  | 'SCHEMA_UNSUPPORTED' // the schema accepts no JSON value
  | 'SCHEMA_FAILED' // the validator's own converter threw an error
  | 'CONVERTER_MISSING' // the validator has no JSON Schema, or its converter was not passed in
  | 'CODEC_MISSING' // the schema needs a class that only the app knows
  | 'INPUTS_CONTRADICT' // no value satisfies all stacked inputs
  | 'HEADER_INVALID' // clients would drop the tool because of this x-mcp-header
  | 'CONFIRM_UNKNOWN' // the question names an argument that does not exist
  | 'URI_INVALID' // the URI of a resource cannot be parsed
  | 'URI_VARIABLE_UNKNOWN' // a variable of the URI is not an argument
  | 'URI_VARIABLE_MISSING' // an argument is not a variable of the URI
  | 'URI_VARIABLE_LIST'; // a variable is written as a list, but its argument is not one

/** Thrown at mount time if a schema cannot be used. The code is stable, and the message says what to change. */
export class SchemaProblem extends Error {
  override readonly name = 'SchemaProblem';
  readonly code: SchemaProblemCode;

  constructor(code: SchemaProblemCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
