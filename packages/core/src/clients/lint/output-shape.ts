import { isObject, type SchemaObject, typesOf } from '../node.ts';
import { branchesOf, derefOnce } from './arguments.ts';

/** A list in what a tool returns. */
export interface ListIn {
  /** The key that holds it; `undefined` if the whole result is a list. */
  key: string | undefined;
  items: SchemaObject;
  hasEnd: boolean;
}

/** Whether a schema leaves open what it is: nothing is known of what is in it. */
export function isOpen(root: SchemaObject): boolean {
  return branchesOf(root, root).some((schema) => {
    const { properties, items, enum: some } = schema;
    const types = typesOf(schema).filter((type) => type !== undefined);
    if ('const' in schema || some !== undefined || 'allOf' in schema || isObject(properties)) return false;
    if (types.length === 0) return true;
    if (types.includes('array')) return !isObject(items) || Object.keys(items).length === 0;
    return types.includes('object');
  });
}

/** The lists at the root of a result, and one level below. */
export function listsOf(root: SchemaObject): ListIn[] {
  return branchesOf(root, root).flatMap((schema): ListIn[] => {
    const whole = toList(root, schema, undefined);
    if (whole) return [whole];
    const { properties } = schema;
    return Object.entries(isObject(properties) ? properties : {}).flatMap(([key, value]) => {
      if (!isObject(value)) return [];
      return branchesOf(root, value).flatMap((branch) => toList(root, branch, key) ?? []);
    });
  });
}

function toList(root: SchemaObject, schema: SchemaObject, key: string | undefined): ListIn | undefined {
  const { items, maxItems, prefixItems } = schema;
  if (!typesOf(schema).includes('array')) return undefined;
  const rows = isObject(items) ? derefOnce(root, items) : {};
  return {
    key,
    items: rows,
    hasEnd: maxItems !== undefined || prefixItems !== undefined || isOfFew(root, rows),
  };
}

/** Whether the rows, or their ids, are some of a few known values. */
function isOfFew(root: SchemaObject, rows: SchemaObject): boolean {
  const isListed = (schema: unknown) =>
    isObject(schema) &&
    branchesOf(root, schema).every(
      (each) => 'enum' in each || 'const' in each || typesOf(each).includes('boolean'),
    );
  const { properties } = rows;
  if (!isObject(properties)) return isListed(rows);
  return ['id', 'key', 'name', 'code', 'slug'].some((key) => isListed(properties[key]));
}
