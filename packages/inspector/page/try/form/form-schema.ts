import type { RJSFSchema } from '@rjsf/utils';
import { toBoundedSchema } from '../../parts/bounded-schema.ts';

/**
 * The schema that the form is drawn from. Every value that is no object, list or union is a `string` there, with a `format`
 * that names its widget and the schema of its value in `wire`: the form library then changes no value by itself.
 */
export type FormSchema = RJSFSchema;

/** One of the values that a field may have. */
export interface Choice {
  value: unknown;
  label: string;
}

/** Prepares the schema of a tool's input, without the arguments in `except`, which the form does not show. */
export function toFormSchema(schema: unknown, except: readonly string[] = []): FormSchema {
  if (!isSchema(schema)) return leaf('json', {});
  const root = schema;
  const { properties = {}, required = [] } = root;
  const shown = {
    ...root,
    properties: Object.fromEntries(
      Object.entries(properties as object).filter(([name]) => !except.includes(name)),
    ),
    required: required.filter((name) => !except.includes(name)),
  };
  efforts.set(root, { left: mostSchemas, level: 0, heavy: new Map() });
  const prepared = prepare(shown, root);
  for (const keyword of ['$defs', 'definitions']) {
    if (!isSchema(root[keyword])) continue;
    prepared[keyword] = mapValues(root[keyword], (each) => prepare(each, root));
  }
  return prepared;
}

/** Follows a `$ref` inside of the schema. Returns the schema itself if there is none, or nothing at its end. */
export function deref(schema: FormSchema, root: FormSchema): FormSchema {
  let at = schema;
  for (let steps = 0; steps < 20 && typeof at['$ref'] === 'string'; steps++) {
    if (!at['$ref'].startsWith('#')) return at;
    let found: unknown = root;
    for (const part of decodeURIComponent(at['$ref']).split('/').slice(1)) {
      const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
      found =
        typeof found === 'object' && found !== null ? (found as Record<string, unknown>)[name] : undefined;
    }
    if (!isSchema(found)) return at;
    at = found;
  }
  return at;
}

/** Puts the schemas of the values back, so that a validator can read a schema of the form. */
export function toWireSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(toWireSchema);
  if (!isSchema(schema)) return schema;
  if ('wire' in schema) return schema['wire'];
  const { items, additionalItems, ...rest } = schema;
  const whole = Array.isArray(items)
    ? { ...rest, prefixItems: items, items: additionalItems }
    : { ...rest, ...(items !== undefined && { items }) };
  return mapValues(whole, toWireSchema);
}

/** How many schemas may still be prepared for a form, and how deep the one at work is. Alternatives of alternatives multiply. */
const efforts = new WeakMap<FormSchema, { left: number; level: number; heavy: Map<string, boolean> }>();
const mostSchemas = 5000;
const mostLevels = 60;
/** The alternatives of one value that the form library can try in time. */
const mostAlternatives = 500;

/** Whether what a reference names has more alternatives than a form can offer. */
function isHeavy(reference: string, root: FormSchema): boolean {
  const { heavy } = efforts.get(root)!;
  const known = heavy.get(reference);
  if (known !== undefined) return known;
  const bounded = toBoundedSchema({ $ref: reference }, undefined, { root, most: mostAlternatives });
  heavy.set(reference, bounded === undefined);
  return bounded === undefined;
}

function prepare(schema: unknown, root: FormSchema): FormSchema {
  const effort = efforts.get(root)!;
  if (!isSchema(schema) || effort.level >= mostLevels || --effort.left < 0) return leaf('json', schema);
  effort.level += 1;
  const prepared = prepareSchema(schema, root);
  effort.level -= 1;
  return prepared;
}

function prepareSchema(schema: FormSchema, root: FormSchema): FormSchema {
  const node = schema['allOf'] ? mergeAll(schema, root) : schema;
  // A reference that leads nowhere, or to itself, says nothing of its value.
  if (typeof node['$ref'] === 'string') {
    if (typeof deref(node, root)['$ref'] === 'string') return leaf('json', {});
    return isHeavy(node['$ref'], root) ? leaf('json', node) : pick(node, ['$ref', ...words]);
  }
  if (node['joined']) return prepareJoined(node);
  const choices = choicesOf(node);
  if (choices) return leaf('choice', node, { choices });
  if (isFile(node)) return leaf('file', node, { accept: mimeTypesOf(node) });
  const branches = (node.anyOf ?? node.oneOf) as unknown[] | undefined;
  if (branches) return prepareUnion(node, branches, root);
  const type: unknown = node.type ?? guessType(node);
  if (Array.isArray(type)) return prepareTypes(node, type as string[], root);
  switch (type) {
    case 'object':
      return prepareObject(node, root);
    case 'array':
      return prepareArray(node, root);
    case 'string':
      return leaf(widgetOf(node), node);
    case 'number':
    case 'integer':
      return leaf('number', node);
    case 'boolean':
      return leaf('choice', node, {
        choices: [true, false].map((value) => ({ value, label: String(value) })),
      });
    case 'null':
      return leaf('choice', node, { choices: [{ value: null, label: 'null' }] });
    default:
      return leaf('json', node);
  }
}

function prepareUnion(node: FormSchema, branches: unknown[], root: FormSchema): FormSchema {
  const { anyOf: _anyOf, oneOf: _oneOf, ...shared } = node;
  const hasShared = 'properties' in shared;
  if (
    branches.some((each) => isSchema(each) && typeof each['$ref'] === 'string' && isHeavy(each['$ref'], root))
  )
    return leaf('json', node);
  const [only, ...others] = joinForms(branches);
  if (others.length === 0 && isSchema(only))
    return prepare({ ...only, ...pick(node, [...words, 'default']) }, root);
  const options = [only, ...others].map((branch) => {
    const whole = hasShared && isSchema(branch) ? mergeTwo(omit(shared, words), deref(branch, root)) : branch;
    const option = prepare(whole, root);
    return { ...option, title: nameOfOption(option, root) };
  });
  return { ...pick(node, words), ...defaultOf(node), anyOf: options };
}

/**
 * A file may also be sent as a text, and so may a whole number. These forms of one value are one field, which sends the first
 * form of a file, and the text of a number because it holds all digits.
 */
function joinForms(branches: readonly unknown[]): unknown[] {
  const file = branches.find((branch) => isSchema(branch) && isFile(branch));
  const isDataText = (branch: unknown) => isSchema(branch) && Boolean(branch.pattern?.startsWith('^data:'));
  const isDigits = (branch: unknown) =>
    isSchema(branch) && branch.type === 'string' && /^\^-\?(?:\\d|\[0-9\])\+\$$/.test(branch.pattern ?? '');
  const isInteger = (branch: unknown) => isSchema(branch) && branch.type === 'integer' && !('enum' in branch);
  const digits = branches.find(isDigits);
  const integer = branches.find(isInteger);
  return branches.flatMap((branch) => {
    if (file && isDataText(branch)) return [];
    if (file && branch === file)
      return [{ joined: 'file', ...file, anyOf: [file, ...branches.filter(isDataText)] }];
    if (!digits || !integer) return [branch];
    if (branch === integer) return [];
    return [branch === digits ? { joined: 'bigint', anyOf: [digits, integer] } : branch];
  });
}

function prepareJoined({ joined, anyOf, ...node }: FormSchema): FormSchema {
  const {
    type: _type,
    properties: _properties,
    required: _required,
    additionalProperties: _others,
    ...rest
  } = node;
  return leaf(String(joined), { ...rest, anyOf }, joined === 'file' ? { accept: mimeTypesOf(node) } : {});
}

/** Several types are a union of one type each. An integer that may be a text is one field, because a text holds all digits. */
function prepareTypes(node: FormSchema, types: string[], root: FormSchema): FormSchema {
  if (types.length === 2 && types.includes('string') && types.includes('integer') && node.pattern)
    return leaf('bigint', node);
  if (types.length === 1) return prepare({ ...node, type: types[0] }, root);
  const branches = types.map((type) => ({ ...omit(node, [...words, 'default']), type }));
  return prepareUnion(pick(node, [...words, 'default']), branches, root);
}

function prepareObject(node: FormSchema, root: FormSchema): FormSchema {
  const { properties, additionalProperties, patternProperties, required = [] } = node;
  const others: unknown = additionalProperties ?? Object.values(patternProperties ?? {})[0];
  if (!properties && others === undefined) return leaf('json', node);
  return {
    ...pick(node, words),
    ...defaultOf(node),
    type: 'object',
    properties: Object.fromEntries(
      Object.entries((properties ?? {}) as Record<string, unknown>).map(([name, property]) => {
        const prepared = prepare(property, root);
        const title = isSchema(property) ? property.title : undefined;
        return [name, { ...prepared, title: title && title !== name ? `${title} (${name})` : name }];
      }),
    ),
    required,
    additionalProperties: others === undefined || others === false ? false : prepare(others, root),
  };
}

function prepareArray(node: FormSchema, root: FormSchema): FormSchema {
  const { prefixItems, items, minItems } = node as Record<string, unknown>;
  const common = { ...pick(node, words), ...defaultOf(node), type: 'array' as const };
  const first = prefixItems ?? (Array.isArray(items) ? items : undefined);
  if (Array.isArray(first)) {
    const rest = Array.isArray(items) ? node.additionalItems : items;
    const open = rest !== undefined && rest !== false;
    return {
      ...common,
      items: first.map((item, index) => {
        const prepared = prepare(item, root);
        return { ...prepared, title: prepared.title ?? String(index + 1) };
      }),
      additionalItems: open && prepare(rest, root),
      minItems: typeof minItems === 'number' ? minItems : first.length,
    };
  }
  const choices = isSchema(items) ? choicesOf(deref(items, root)) : undefined;
  if (choices && node.uniqueItems !== false && choices.length <= mostBoxes)
    return leaf('choices', node, { choices });
  return { ...common, items: items === undefined ? leaf('json', {}) : prepare(items, root) };
}

/** More choices than these are chosen from a list, one after another. */
const mostBoxes = 30;
const words = ['title', 'description', 'deprecated', 'readOnly', 'examples'];

function leaf(format: string, wire: unknown, more: Record<string, unknown> = {}): FormSchema {
  const schema = isSchema(wire) ? wire : {};
  return { ...pick(schema, words), ...defaultOf(schema), type: 'string', format, wire, ...more };
}

/** A default is told, and not sent: the server fills it in. */
function defaultOf(schema: FormSchema): { told?: unknown } {
  return schema.default === undefined ? {} : { told: schema.default };
}

function widgetOf({ format, pattern, maxLength, contentEncoding }: FormSchema): string {
  if (contentEncoding === 'base64') return 'bytes';
  if (format === 'date-time' || format === 'date' || format === 'time') return format;
  return format || pattern || (maxLength ?? 1000) <= 80 ? 'line' : 'text';
}

/** The values of a field that has only some, with the titles that the schema gives them. */
function choicesOf(node: FormSchema): Choice[] | undefined {
  if ('const' in node) return [{ value: node.const, label: node.title ?? show(node.const) }];
  if (Array.isArray(node.enum)) {
    const names: unknown = node['enumNames'];
    return node.enum.map((value, index) => ({
      value,
      label: Array.isArray(names) && typeof names[index] === 'string' ? names[index] : show(value),
    }));
  }
  const branches: unknown = node.oneOf ?? node.anyOf;
  if (!Array.isArray(branches) || branches.length === 0) return undefined;
  const all = branches.map((branch) =>
    isSchema(branch) && ('const' in branch || Array.isArray(branch.enum)) ? choicesOf(branch) : undefined,
  );
  return all.every((some) => some !== undefined) ? all.flat() : undefined;
}

function show(value: unknown): string {
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value);
}

/** A file is an object whose `data` is base64. */
function isFile({ type, properties }: FormSchema): boolean {
  const data: unknown = properties?.['data'];
  return (type === 'object' || (Array.isArray(type) && type.includes('object'))) && isSchema(data)
    ? data['contentEncoding'] === 'base64'
    : false;
}

function mimeTypesOf({ properties }: FormSchema): unknown {
  const type: unknown = properties?.['mimeType'];
  return isSchema(type) ? type.enum : undefined;
}

function guessType(node: FormSchema): string | undefined {
  if (node.properties || node.additionalProperties) return 'object';
  return node.items || node['prefixItems'] ? 'array' : undefined;
}

function nameOfOption(option: FormSchema, root: FormSchema): string {
  if (option.title) return option.title;
  const target = deref(option, root);
  if (target.title) return target.title;
  // A tag is the best name: `kind: card`.
  for (const [name, property] of Object.entries(target.properties ?? {})) {
    const choices = isSchema(property)
      ? ((property['choices'] as Choice[] | undefined) ?? choicesOf(property))
      : undefined;
    if (choices?.length === 1 && target.required?.includes(name)) return `${name}: ${choices[0]!.label}`;
  }
  if (option.format === 'choice') {
    const choices = option['choices'] as Choice[];
    return choices.length === 1 ? choices[0]!.label : 'choice';
  }
  if (typeof option['$ref'] === 'string') return option['$ref'].split('/').at(-1) || 'the same again';
  const names: Record<string, string> = {
    line: 'text',
    bigint: 'whole number',
    'date-time': 'date and time',
    json: 'JSON',
  };
  if (option.type === 'string') return names[option.format ?? ''] ?? option.format ?? 'text';
  return option.type === 'array' ? 'list' : 'object';
}

function mergeAll(schema: FormSchema, root: FormSchema): FormSchema {
  const { allOf = [], ...own } = schema;
  return allOf.reduce<FormSchema>(
    (merged, part) => (isSchema(part) ? mergeTwo(merged, deref(part, root)) : merged),
    own,
  );
}

function mergeTwo(one: FormSchema, other: FormSchema): FormSchema {
  const merged: FormSchema = { ...one, ...other };
  if (one.properties || other.properties) merged.properties = { ...one.properties, ...other.properties };
  if (one.required || other.required)
    merged.required = [...new Set([...(one.required ?? []), ...(other.required ?? [])])];
  return merged;
}

function pick(schema: FormSchema, keys: readonly string[]): FormSchema {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => keys.includes(key)));
}

function omit(schema: FormSchema, keys: readonly string[]): FormSchema {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => !keys.includes(key)));
}

function mapValues(object: object, map: (value: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
}

export function isSchema(value: unknown): value is FormSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
