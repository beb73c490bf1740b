import type { JsonObjectSchema, JsonSchema } from '../schema/json-schema.ts';

/** What a subscription gives when it was collected; `item` is the schema of one of its values. */
export function toStreamSchema(item: JsonSchema | undefined): JsonObjectSchema {
  // References of an item would point to the wrong place here.
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
        enum: ['complete', 'maxItems', 'maxSeconds'],
        description: 'Why it ended: there is nothing more, or a limit was reached',
      },
    },
    required: ['items', 'ended'],
  };
}
