import type { JsonSchema } from '../json-schema.ts';
import { describe } from '../vendor/annotate.ts';

/**
 * Writes the bounds of a number in the two keywords that all clients know. An exclusive bound of whole numbers is the
 * inclusive one beside it; for others, the description says that the bound itself does not count. Bounds that only say
 * "a number that JavaScript can hold exactly" are left out.
 */
export function simplifyBounds(schema: JsonSchema): JsonSchema {
  if (!boundKeywords.some((keyword) => keyword in schema)) return schema;
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum, ...out } = schema;
  const isWhole = schema.type === 'integer' || Number.isInteger(schema['multipleOf']);
  const least = tighter([minimum, exclusiveMinimum], isWhole, 1);
  const most = tighter([maximum, exclusiveMaximum], isWhole, -1);
  if (least.bound > Number.MIN_SAFE_INTEGER) out['minimum'] = least.bound;
  if (most.bound < Number.MAX_SAFE_INTEGER) out['maximum'] = most.bound;
  const words = [
    least.isExclusive && `more than ${least.bound}`,
    most.isExclusive && `less than ${most.bound}`,
  ].filter((text) => text !== false);
  if (words.length > 0) describe(out, words.join(' and '));
  return out;
}

const boundKeywords = ['minimum', 'exclusiveMinimum', 'maximum', 'exclusiveMaximum'];

/** The tighter of an inclusive and an exclusive bound. `side` is 1 for a lower bound and -1 for an upper one. */
function tighter(
  [inclusive, exclusive]: [unknown, unknown],
  isWhole: boolean,
  side: 1 | -1,
): { bound: number; isExclusive: boolean } {
  const none = -Infinity * side;
  const within = typeof inclusive === 'number' ? inclusive : none;
  const beyond = typeof exclusive === 'number' ? exclusive : none;
  if (isWhole) {
    const whole = Math.ceil(within * side) * side;
    const next = (Math.floor(beyond * side) + 1) * side;
    // No minus zero, which is another number in some languages.
    return { bound: (whole * side > next * side ? whole : next) + 0, isExclusive: false };
  }
  const isExclusive = beyond !== none && beyond * side >= within * side;
  return { bound: (isExclusive ? beyond : within) + 0, isExclusive };
}
