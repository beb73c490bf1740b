import type { JsonObjectSchema, JsonSchema } from '../schema/json-schema.ts';

/** Makes the schema of what was collected from a stream. `item` is the schema of one value. */
export function toStreamSchema(item: JsonSchema | undefined): JsonObjectSchema {
  // `$ref`s count from the root of a schema, so an item with `$defs` cannot be nested as it is.
  const items = item && !('$defs' in item) ? item : {};
  return {
    type: 'object',
    properties: {
      items: { type: 'array', items },
      lastEventId: {
        type: 'string',
        description: 'Send it as lastEventId, where the tool takes that, to go on after these items',
      },
      ended: {
        type: 'string',
        enum: ['complete', 'maxItems', 'maxMs'],
        description: 'Why it ended: there is nothing more, or a limit was reached',
      },
    },
    required: ['items', 'ended'],
  };
}
