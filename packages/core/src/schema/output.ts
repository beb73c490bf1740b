import type { ContentBlock } from '@modelcontextprotocol/server';
import { isObjectSchema, type JsonObjectSchema, type JsonSchema, toJsonSchema } from './json-schema.ts';
import { EncodeError } from './problem.ts';

/** The parser of a procedure's output, as MCP sees it. */
export interface Output {
  /** For clients of 2026: any root. */
  schema: JsonSchema | undefined;
  /** For clients of 2025: an object, wrapped as `{ result }` where it is not one. */
  legacySchema: JsonObjectSchema | undefined;
  wrapped: boolean;
  encode(value: unknown): { json: unknown; content: ContentBlock[] };
}

export function compileOutput(parser: unknown): Output {
  const schema = parser ? toJsonSchema(parser, 'output') : undefined;
  if (!schema) return { schema, legacySchema: undefined, wrapped: false, encode };
  if (isObjectSchema(schema)) return { schema, legacySchema: schema, wrapped: false, encode };
  const legacySchema: JsonObjectSchema = {
    type: 'object',
    properties: { result: schema },
    required: ['result'],
  };
  return { schema, legacySchema, wrapped: true, encode };
}

function encode(value: unknown): { json: unknown; content: ContentBlock[] } {
  if (value === undefined) return { json: undefined, content: [] };
  try {
    return { json: JSON.parse(JSON.stringify(value)), content: [] };
  } catch (cause) {
    throw new EncodeError('the result cannot be said in JSON', { cause });
  }
}
