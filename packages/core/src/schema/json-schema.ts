/** JSON Schema 2020-12. */
export interface JsonSchema {
  [keyword: string]: unknown;
  title?: string;
  description?: string;
}

export interface JsonObjectSchema extends JsonSchema {
  type: 'object';
}

interface StandardJsonSchema {
  '~standard'?: { jsonSchema?: Record<'input' | 'output', (options: object) => JsonSchema> };
}

/** What the schema says of itself, in words of the validator that made it. */
export function toJsonSchema(parser: unknown, io: 'input' | 'output'): JsonSchema {
  const options = { target: 'draft-2020-12', libraryOptions: { unrepresentable: 'any' } };
  const { $schema: _, ...schema } =
    (parser as StandardJsonSchema)['~standard']?.jsonSchema?.[io](options) ?? {};
  return schema;
}

export function isObjectSchema(schema: JsonSchema): schema is JsonObjectSchema {
  return schema['type'] === 'object';
}
