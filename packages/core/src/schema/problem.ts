export type SchemaProblemCode =
  | 'SCHEMA_UNSUPPORTED' // nothing that JSON can say would be accepted
  | 'SCHEMA_FAILED' // the validator's own converter threw
  | 'CONVERTER_MISSING' // the validator has no JSON Schema, or its converter was not handed in
  | 'CODEC_MISSING' // a class that only the app knows
  | 'INPUTS_CONTRADICT' // stacked inputs that no value satisfies
  | 'HEADER_INVALID' // an x-mcp-header for which clients drop the tool
  | 'CONFIRM_UNKNOWN' // a question about an argument that there is not
  | 'URI_INVALID' // a resource's URI that cannot be read
  | 'URI_VARIABLE_UNKNOWN' // one that is no argument
  | 'URI_VARIABLE_MISSING' // an argument that is no variable
  | 'URI_VARIABLE_LIST'; // one that is written as a list, and is none

/** What is wrong with a schema, found at mount: the code is stable, the message says what to change. */
export class SchemaProblem extends Error {
  override readonly name = 'SchemaProblem';
  readonly code: SchemaProblemCode;

  constructor(code: SchemaProblemCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
