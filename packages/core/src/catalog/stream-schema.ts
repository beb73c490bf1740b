import { type Inferred, markFormats } from '../schema/inferred.ts';
import type { JsonObjectSchema, JsonSchema } from '../schema/json-schema.ts';
import { publish } from '../schema/publish/publish.ts';

/**
 * Makes the schema of what was collected from a stream. `item` is the schema of one value. Nothing is required, because a
 * generator may also return a result of its own.
 */
export function toStreamSchema(item: JsonSchema | undefined): JsonObjectSchema {
  // `$ref`s count from the root of a schema, so an item with `$defs` cannot be nested as it is.
  const items = item && !('$defs' in item) ? item : {};
  return {
    type: 'object',
    description: 'What was collected, or what the procedure returned at its end',
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
  };
}

/** The same of values whose type is known. Their definitions are put at the root, because all references name them there. */
export function toInferredStreamSchema({ schema }: Inferred): JsonObjectSchema {
  const { $defs, ...item } = publish(markFormats(schema), 'result');
  return { ...toStreamSchema(item), ...($defs && { $defs }) };
}
