import {
  isSchema,
  type JsonSchema,
  resolveRef,
  schemaKeywords,
  schemaListKeywords,
  schemaMapKeywords,
} from './json-schema.ts';
import { isUnicodePattern } from './pattern.ts';

/**
 * Finds what makes a JSON Schema invalid in draft 2020-12: the place and what has to be there, such as
 * `#/properties/size: exclusiveMinimum has to be a number`. One invalid schema makes some clients refuse a whole list.
 * Keywords that are not known are not looked at.
 */
export function findInvalid(root: JsonSchema): string | undefined {
  return find(root, '#');

  function find(schema: unknown, at: string): string | undefined {
    if (typeof schema === 'boolean') return undefined;
    if (!isSchema(schema)) return `${at} has to be a schema`;
    for (const keyword in schema) {
      const value = schema[keyword];
      const rule = rules[keyword];
      if (rule !== undefined && !rule.holds(value)) return `${at}: ${keyword} has to be ${rule.expected}`;
      if (keyword === '$ref' && !isResolved(value as string))
        return `${at}: $ref refers to ${JSON.stringify(value)}, which is not in the schema`;
      const found = findInside(keyword, value, `${at}/${keyword}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  function findInside(keyword: string, value: unknown, at: string): string | undefined {
    if (schemaKeywords.has(keyword)) return find(value, at);
    const isList = schemaListKeywords.has(keyword);
    if (!isList && !schemaMapKeywords.has(keyword)) return undefined;
    if (isList && (!Array.isArray(value) || value.length === 0)) return `${at} has to be a list of schemas`;
    if (!isList && !isSchema(value)) return `${at} has to be an object of schemas`;
    for (const [name, child] of Object.entries(value as object)) {
      if (keyword === 'patternProperties' && !isUnicodePattern(name))
        return `${at}/${name} has to be a pattern`;
      const found = find(child, `${at}/${name}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  // With an id or an anchor, a reference may be of another form. Only JSON Schemas that the app wrote have these.
  function isResolved(ref: string): boolean {
    const isPointer = ref === '#' || ref.startsWith('#/');
    return isPointer ? resolveRef(root, ref) !== undefined : root['$id'] !== undefined || ref.startsWith('#');
  }
}

interface Rule {
  holds(value: unknown): boolean;
  expected: string;
}

const types = new Set<unknown>(['null', 'boolean', 'object', 'array', 'number', 'string', 'integer']);

function areUnique(values: unknown, holds: (value: unknown) => boolean): boolean {
  return Array.isArray(values) && values.every(holds) && new Set(values).size === values.length;
}

const isString = (value: unknown): boolean => typeof value === 'string';

const kinds = {
  type: {
    holds: (value) =>
      types.has(value) || (areUnique(value, (each) => types.has(each)) && (value as []).length > 0),
    expected: 'a type of JSON, or a list of them',
  },
  text: { holds: isString, expected: 'a string' },
  flag: { holds: (value) => typeof value === 'boolean', expected: 'a boolean' },
  number: { holds: Number.isFinite, expected: 'a number' },
  step: { holds: (value) => Number.isFinite(value) && (value as number) > 0, expected: 'a number above 0' },
  size: {
    holds: (value) => Number.isInteger(value) && (value as number) >= 0,
    expected: 'a whole number of 0 or more',
  },
  names: { holds: (value) => areUnique(value, isString), expected: 'a list of different names' },
  list: { holds: Array.isArray, expected: 'a list' },
  values: {
    holds: (value) => Array.isArray(value) && value.length > 0,
    expected: 'a list of at least one value',
  },
  pattern: {
    holds: (value) => typeof value === 'string' && isUnicodePattern(value),
    expected: 'a regular expression that is valid in unicode mode',
  },
  nameLists: {
    holds: (value) => isSchema(value) && Object.values(value).every((names) => areUnique(names, isString)),
    expected: 'an object of lists of names',
  },
} as const satisfies Record<string, Rule>;

const keywordsOf: Record<keyof typeof kinds, string> = {
  type: 'type',
  text: '$ref $schema $id $comment $anchor $dynamicRef $dynamicAnchor title description format contentEncoding contentMediaType',
  flag: 'deprecated readOnly writeOnly uniqueItems',
  number: 'minimum maximum exclusiveMinimum exclusiveMaximum',
  step: 'multipleOf',
  size: 'minLength maxLength minItems maxItems minProperties maxProperties minContains maxContains',
  names: 'required',
  list: 'examples',
  values: 'enum',
  pattern: 'pattern',
  nameLists: 'dependentRequired',
};

const rules: Record<string, Rule | undefined> = Object.assign(
  Object.create(null) as object,
  ...Object.entries(keywordsOf).map(([kind, keywords]) =>
    Object.fromEntries(keywords.split(' ').map((keyword) => [keyword, kinds[kind as keyof typeof kinds]])),
  ),
);
