import {
  type ElicitInputParams,
  fromJsonSchema,
  inputRequired,
  type InputRequest,
  type StandardSchemaV1,
} from '@modelcontextprotocol/server';

// The requests that ask a person something. They are in a file of their own because it loads the SDK.

type RequestedSchema = ElicitInputParams['requestedSchema'];

export function toFormRequest(message: string, schema: StandardSchemaV1 | RequestedSchema): InputRequest {
  return inputRequired.elicit({ message, requestedSchema: schema as RequestedSchema });
}

export function toPageRequest(message: string, url: string): InputRequest {
  return inputRequired.elicitUrl({ message, url });
}

/** Cast: a JSON Schema has no static type, so the caller names the type of the content. */
export function toStandardSchema<TContent>(
  schema: StandardSchemaV1<unknown, TContent> | RequestedSchema,
): StandardSchemaV1<unknown, TContent> {
  return ('~standard' in schema ? schema : fromJsonSchema(schema as never)) as StandardSchemaV1<
    unknown,
    TContent
  >;
}
