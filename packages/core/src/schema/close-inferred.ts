import { mapChildren, type JsonSchema } from './json-schema.ts';

/**
 * Closes every object of a schema that was made from a type. A type says which keys the app knows of, but lets others pass:
 * so objects are listed open, and what the type does not name is not offered.
 */
export function closeInferred(schema: JsonSchema): JsonSchema {
  const closed = mapChildren(schema, closeInferred);
  const isObject = closed.type === 'object' && closed.properties !== undefined;
  const isOpen = 'additionalProperties' in closed || 'patternProperties' in closed;
  return isObject && !isOpen ? { ...closed, additionalProperties: false } : closed;
}
