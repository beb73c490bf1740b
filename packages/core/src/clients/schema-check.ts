import type { Find } from './finding.ts';
import { inInputs, inTools, isObject, isRecursive, type NodeCheck, resolve, typesOf } from './node.ts';

/** The root of an input schema has `type: 'object'`. */
export const rootIsObject: Find = inTools(({ inputSchema: { type } }) =>
  type === 'object' ? undefined : `the root of its input schema has the type ${JSON.stringify(type)}`,
);

/** The root of an input schema has none of these keywords. */
export function rootHasNone(...keywords: string[]): Find {
  return inTools(({ inputSchema }) => {
    const found = keywords.filter((keyword) => Object.hasOwn(inputSchema, keyword));
    return found.length === 0 ? undefined : `the root of its input schema has ${found.join(', ')}`;
  });
}

/** The names of the arguments match this. */
export function argumentsMatch(pattern: RegExp): Find {
  return inTools(({ inputSchema: { properties } }) => {
    const found = Object.keys(isObject(properties) ? properties : {}).filter((key) => !pattern.test(key));
    if (found.length === 0) return undefined;
    const names = found.map((key) => JSON.stringify(key)).join(', ');
    return `its ${found.length === 1 ? 'argument' : 'arguments'} ${names} ${found.length === 1 ? 'has a name' : 'have names'} that other systems do not take`;
  });
}

const says =
  (what: string, check: (...args: Parameters<NodeCheck>) => boolean): NodeCheck =>
  (...args) =>
    check(...args) ? what : undefined;

const lacksItems = says('is an array without items', (schema) => {
  return isObject(schema) && typesOf(schema).includes('array') && !isObject(schema['items']);
});

/** Every array says what its items are. */
export const arraysHaveItems: Find = inInputs(lacksItems);

/** Every object has `properties`. */
export const objectsHaveProperties: Find = inInputs(
  says('is an object without properties', (schema) => {
    return isObject(schema) && typesOf(schema).includes('object') && !isObject(schema['properties']);
  }),
);

/** Keywords where a boolean is usual, and taken by all. */
const mayBeBoolean = new Set(['additionalProperties', 'unevaluatedProperties', 'unevaluatedItems']);

/** No schema is `true` or `false`. */
export const noBooleanSchemas: Find = inInputs(
  says('is a boolean in place of a schema', (schema, { keyword }) => {
    return typeof schema === 'boolean' && !mayBeBoolean.has(keyword ?? '');
  }),
);

/** No `type` is a list. */
export const noTypeLists: Find = inInputs((schema) =>
  isObject(schema) && Array.isArray(schema['type'])
    ? `has the list of types ${JSON.stringify(schema['type'])}`
    : undefined,
);

/** None of these keywords is anywhere. */
export function hasNone(...keywords: string[]): Find {
  return inInputs((schema) => {
    const found = isObject(schema) ? keywords.filter((keyword) => Object.hasOwn(schema, keyword)) : [];
    return found.length === 0 ? undefined : `has ${found.join(', ')}`;
  });
}

/** Every keyword is one of these. */
export function hasOnly(known: ReadonlySet<string>): Find {
  return inInputs((schema) => {
    const found = isObject(schema) ? Object.keys(schema).filter((keyword) => !known.has(keyword)) : [];
    return found.length === 0 ? undefined : `has ${found.join(', ')}`;
  });
}

/** No `const` is of this kind. */
export function noConst(isRefused: (value: unknown) => boolean): Find {
  return inInputs((schema) =>
    isObject(schema) && Object.hasOwn(schema, 'const') && isRefused(schema['const'])
      ? `has const: ${JSON.stringify(schema['const'])}`
      : undefined,
  );
}

/** Every value of an `enum` is a string. */
export const enumsAreStrings: Find = inInputs(
  says('has an enum with values that are not strings', (schema) => {
    const values = isObject(schema) ? schema['enum'] : undefined;
    return Array.isArray(values) && values.some((value) => typeof value !== 'string');
  }),
);

/** Every `format` is one of these. */
export function formatsAre(known: ReadonlySet<string>): Find {
  return inInputs((schema) => {
    const format = isObject(schema) ? schema['format'] : undefined;
    return typeof format === 'string' && !known.has(format) ? `has the format ${format}` : undefined;
  });
}

/** Every `pattern` can be read. `faultOf` says why one cannot. */
export function patternsAre(faultOf: (pattern: string) => string | undefined): Find {
  return inInputs((schema) => {
    const pattern = isObject(schema) ? schema['pattern'] : undefined;
    const fault = typeof pattern === 'string' ? faultOf(pattern) : undefined;
    return fault === undefined ? undefined : `has a pattern with ${fault}`;
  });
}

/** Every reference is of this kind. `faultOf` says why one is not. */
export function refsAre(faultOf: (ref: string, isFound: boolean) => string | undefined): Find {
  return inInputs((schema, _node, root) => {
    const ref = isObject(schema) ? schema['$ref'] : undefined;
    return typeof ref === 'string' ? faultOf(ref, resolve(root, ref) !== undefined) : undefined;
  });
}

/** No output schema refers to itself. */
export const outputsEnd: Find = inTools(({ outputSchema }) =>
  outputSchema !== undefined && isRecursive(outputSchema) ? 'its output schema refers to itself' : undefined,
);

/** No description inside a schema is longer than this. */
export function textsFit(most: number): Find {
  return inInputs((schema) => {
    const text = isObject(schema) ? schema['description'] : undefined;
    return typeof text === 'string' && text.length > most
      ? `has a description of ${text.length} characters`
      : undefined;
  });
}

/** Every object lists all of its properties as required. */
export const allIsRequired: Find = inInputs((schema) => {
  if (!isObject(schema) || !isObject(schema['properties'])) return undefined;
  const required = new Set(Array.isArray(schema['required']) ? schema['required'] : []);
  const optional = Object.keys(schema['properties']).filter((key) => !required.has(key));
  return optional.length === 0 ? undefined : `has the optional ${optional.join(', ')}`;
});

/** Every object has `additionalProperties: false`. */
export const allIsClosed: Find = inInputs(
  says('is an object without additionalProperties: false', (schema) => {
    return isObject(schema) && typesOf(schema).includes('object') && schema['additionalProperties'] !== false;
  }),
);
