import { isObjectSchema, type JsonObjectSchema, toJsonSchema } from './json-schema.ts';

/** What is wrong with one value that the model sent. */
export interface WireIssue {
  path: string;
  message: string;
}

/** The parsers of a procedure's input, as MCP sees them. */
export interface Input {
  schema: JsonObjectSchema;
  takesInput: boolean;
  /** `arguments` of a call → what tRPC's parsers get. */
  decode(args: unknown): unknown;
  /** The issues of a validation error, or `undefined` when it is none. */
  explain(error: unknown, args: unknown): WireIssue[] | undefined;
}

const empty: JsonObjectSchema = { type: 'object', properties: {}, additionalProperties: false };

export function compileInput(parsers: readonly unknown[]): Input {
  if (parsers.length === 0) return { schema: empty, takesInput: false, decode: () => undefined, explain };
  const schemas = parsers.map((parser) => toJsonSchema(parser, 'input'));
  const [schema] = schemas as [JsonObjectSchema];
  if (schemas.length === 1 && isObjectSchema(schema)) {
    return { schema, takesInput: true, decode: (args) => args ?? {}, explain };
  }
  if (schemas.every(isObjectSchema)) {
    const properties = Object.assign({}, ...schemas.map((each) => each['properties'])) as JsonObjectSchema;
    const required = schemas.flatMap((each) => (each['required'] as string[] | undefined) ?? []);
    const merged: JsonObjectSchema = { type: 'object', properties, required: [...new Set(required)] };
    return { schema: merged, takesInput: true, decode: (args) => args ?? {}, explain };
  }
  return {
    schema: { type: 'object', properties: { input: schema }, required: ['input'] },
    takesInput: true,
    decode: (args) => (args as { input?: unknown } | undefined)?.input,
    explain,
  };
}

function explain(error: unknown): WireIssue[] | undefined {
  const issues = (error as { issues?: { path: PropertyKey[]; message: string }[] } | undefined)?.issues;
  return issues?.map(({ path, message }) => ({ path: path.join('.'), message }));
}
