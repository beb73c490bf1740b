import { isObject, resolve, type SchemaObject } from '../node.ts';

/** An argument of a tool, or a field inside of one. */
export interface Argument {
  name: string;
  /** `inputSchema.properties.filter.properties.status` */
  place: string;
  schema: SchemaObject;
  /** Whether no call goes without it. */
  isRequired: boolean;
  /** The names of the arguments that it is in, from outside to inside. */
  parents: readonly string[];
}

const deepest = 5;

/** Lists the arguments of a tool and their fields. What is inside of lists and unions has a place, and is not required. */
export function argumentsOf(root: SchemaObject): Argument[] {
  const found: Argument[] = [];
  visit(root, { at: 'inputSchema', isRequired: true, parents: [], refs: [] });
  return found;

  function visit(schema: unknown, above: Above): void {
    const { at, isRequired, parents, refs } = above;
    if (!isObject(schema) || parents.length > deepest) return;
    const ref = schema['$ref'];
    if (typeof ref === 'string' && !refs.includes(ref)) {
      const target = resolve(root, ref);
      if (target) visit(target, { ...above, refs: [...refs, ref] });
    }
    const { properties, required, items } = schema;
    const names = Array.isArray(required) ? (required as unknown[]) : [];
    for (const [name, value] of Object.entries(isObject(properties) ? properties : {})) {
      if (!isObject(value)) continue;
      const place = `${at}.properties.${name}`;
      const isNeeded = isRequired && names.includes(name);
      found.push({ name, place, schema: derefOnce(root, value), isRequired: isNeeded, parents });
      visit(value, { at: place, isRequired: isNeeded, parents: [...parents, name], refs });
    }
    visit(items, { ...above, at: `${at}.items`, isRequired: false });
    for (const keyword of ['allOf', 'anyOf', 'oneOf'] as const) {
      const branches: unknown = schema[keyword];
      if (!Array.isArray(branches)) continue;
      for (const [index, branch] of branches.entries())
        visit(branch, {
          ...above,
          at: `${at}.${keyword}.${index}`,
          isRequired: isRequired && keyword === 'allOf',
        });
    }
  }
}

interface Above {
  at: string;
  isRequired: boolean;
  parents: readonly string[];
  refs: readonly string[];
}

/** What stands beside a reference wins over what it refers to. */
export function derefOnce(root: SchemaObject, schema: SchemaObject): SchemaObject {
  const ref = schema['$ref'];
  const target = typeof ref === 'string' ? resolve(root, ref) : undefined;
  return target ? { ...target, ...schema } : schema;
}

/** The branches of a schema that are not `null`: itself if it is no union. */
export function branchesOf(root: SchemaObject, schema: SchemaObject, depth = 0): SchemaObject[] {
  const own = derefOnce(root, schema);
  const unions = [own['anyOf'], own['oneOf']].flatMap((each) =>
    Array.isArray(each) ? (each as unknown[]) : [],
  );
  if (unions.length === 0 || depth > deepest) return own['type'] === 'null' ? [] : [own];
  return unions.filter(isObject).flatMap((each) => branchesOf(root, each, depth + 1));
}
