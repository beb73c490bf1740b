import { isSchema, mapChildren, type JsonSchema } from '../../schema/json-schema.ts';
import { inlineRefs } from '../../schema/publish/inline.ts';
import { publish } from '../../schema/publish/publish.ts';
import { findRecursion } from '../../schema/refs.ts';
import { joinTypes } from './join-types.ts';

/**
 * Writes a schema in the one form in which two of them are compared. A file that an older version of this package wrote says
 * the same in other words, such as `exclusiveMinimum: 0` in place of `minimum: 1`, and an app that hands in its own schema
 * may choose any words. Both are written as this version publishes them.
 */
export function toNormalForm(schema: JsonSchema): unknown {
  return joinTypes(readable(schema));
}

/** What is in a file may have been edited by hand, and then is compared as it stands. */
function readable(schema: JsonSchema): JsonSchema {
  try {
    return inlineRefs(publish(typeBranches(schema), 'input'), mostGrowth);
  } catch {
    return schema;
  }
}

/** How many characters a schema may grow by, so that a comparison ends. */
const mostGrowth = 200_000;

/** Writes a type that stands beside a union, as tuples of any length had it, in each of its branches. */
function typeBranches(schema: JsonSchema): JsonSchema {
  const { type, ...rest } = mapChildren(schema, typeBranches);
  const branches = rest['anyOf'];
  const isBeside = type !== undefined && Array.isArray(branches) && !branches.some(hasType);
  if (!isBeside) return type === undefined ? rest : { type, ...rest };
  return { ...rest, anyOf: branches.map((branch: JsonSchema) => ({ type, ...branch })) };
}

function hasType(branch: unknown): boolean {
  return !isSchema(branch) || ['type', '$ref', 'anyOf'].some((keyword) => keyword in branch);
}

/** Whether a schema refers to itself. Older versions listed such outputs; this one does not, because clients refused them. */
export function isRecursive(schema: unknown): boolean {
  return isSchema(schema) && findRecursion(schema);
}
