import { schemaKeywords, schemaListKeywords, schemaMapKeywords } from '../../schema/json-schema.ts';
import type { Edit } from './edit.ts';

/** What an edit does to the set of values that a schema accepts. */
export type Effect = 'narrower' | 'wider' | 'none' | 'unclear';

/** Finds the effect of an edit whose path starts at the root of the schema. */
export function effectOf(path: readonly string[], edit: Edit): Effect {
  const place = placeOf(path);
  // Inside `not`, a narrower schema accepts more values.
  if (path.includes('not') || !place) return 'unclear';
  const { keyword, isEntry } = place;
  if (words.has(keyword) || keyword === '$defs') return 'none';
  // If the new property is required, there is another edit for `required`.
  if (keyword === 'properties') return edit.kind === 'added' ? 'none' : 'unclear';
  if (keyword === 'required') return edit.kind === 'gained' || edit.kind === 'added' ? 'narrower' : 'wider';
  if (keyword === 'anyOf' || keyword === 'oneOf') {
    if (edit.kind === 'gained') return 'wider';
    return edit.kind === 'lost' ? 'narrower' : 'unclear';
  }
  if (isEntry) return 'unclear';
  if (keyword === 'additionalProperties') return ofBoolean(edit);
  if (edit.kind === 'gained') return 'wider';
  if (edit.kind === 'lost') return 'narrower';
  if (edit.kind === 'added') return 'narrower';
  if (edit.kind === 'removed') return 'wider';
  if (lower.has(keyword)) return Number(edit.after) > Number(edit.before) ? 'narrower' : 'wider';
  if (upper.has(keyword)) return Number(edit.after) < Number(edit.before) ? 'narrower' : 'wider';
  return keyword === 'type' ? ofTypes(edit) : 'unclear';
}

const words = new Set(['title', 'description', 'default', 'examples', 'deprecated', 'readOnly', 'writeOnly']);
const lower = new Set([
  'minimum',
  'exclusiveMinimum',
  'minLength',
  'minItems',
  'minProperties',
  'minContains',
]);
const upper = new Set([
  'maximum',
  'exclusiveMaximum',
  'maxLength',
  'maxItems',
  'maxProperties',
  'maxContains',
]);

/**
 * Finds the keyword that was edited. `isEntry` says that one entry below it was edited, such as one property of
 * `properties`.
 */
function placeOf(path: readonly string[]): { keyword: string; isEntry: boolean } | undefined {
  for (let index = 0; index < path.length;) {
    const keyword = path[index]!;
    const isLast = index === path.length - 1;
    if (
      isLast ||
      !(schemaMapKeywords.has(keyword) || schemaListKeywords.has(keyword) || schemaKeywords.has(keyword))
    )
      return { keyword, isEntry: false };
    if (!schemaKeywords.has(keyword)) {
      if (index === path.length - 2) return { keyword, isEntry: true };
      index += 1;
    }
    index += 1;
  }
  return undefined;
}

function ofBoolean({ before, after }: Edit): Effect {
  if (after === false) return 'narrower';
  return before === false ? 'wider' : 'unclear';
}

function ofTypes({ before, after }: Edit): Effect {
  return before === 'integer' && after === 'number'
    ? 'wider'
    : before === 'number' && after === 'integer'
      ? 'narrower'
      : 'unclear';
}
