import { isRecord } from '../record.ts';
import { deref, type JsonObjectSchema, type JsonSchema } from '../schema/json-schema.ts';
import type { Tool } from './tool.ts';

/** How deeply the type of a value is written. What is deeper is `object` or `list`. */
const mostLevels = 5;
/** The longest type of a result, and the longest arguments. */
const mostResultCharacters = 800;
const mostArgumentCharacters = 4000;
/** How many references are followed on the way to a value: those that are left are of schemas that contain themselves. */
const mostRefs = 2;
const mostCommentCharacters = 300;
const mostValues = 30;

/** Where a schema is in another one, and how many levels of it are still written. */
interface Place {
  root: JsonSchema;
  left: number;
  refs: readonly string[];
}

const written = new WeakMap<Tool, string>();

/**
 * Writes what a model has to know to call a tool, in the form of a TypeScript function, which takes a fraction of the tokens
 * of its JSON Schema.
 */
export function toSignature(tool: Tool): string {
  let text = written.get(tool);
  if (text === undefined) written.set(tool, (text = write(tool)));
  return text;
}

function write({ name, listed: { modern, legacy } }: Tool): string {
  const { inputSchema, description } = modern;
  const output = modern.outputSchema ?? legacy.outputSchema;
  const args = deepest(mostLevels - 1, mostArgumentCharacters, (left) => toArguments(inputSchema, left));
  const type =
    output && deepest(mostLevels, mostResultCharacters, (left) => toType(output, toPlace(output, left)));
  const result = type && (type.length > mostResultCharacters ? 'object' : type);
  return `// ${oneLine(description, 2 * mostCommentCharacters)}\n${name}(${args})${result ? `: ${result}` : ''}`;
}

/** Writes something as deeply as there is room for it, and at least its first level. */
function deepest(levels: number, most: number, writeTo: (left: number) => string): string {
  let text = writeTo(1);
  for (let left = 2; left <= levels; left++) {
    const deeper = writeTo(left);
    if (deeper.length > most) break;
    text = deeper;
  }
  return text;
}

function toPlace(root: JsonSchema, left: number): Place {
  return { root, left, refs: [] };
}

function toArguments(schema: JsonObjectSchema, left: number): string {
  const place = toPlace(schema, left);
  const required = new Set(schema.required);
  const lines = Object.entries(schema.properties ?? {}).map(([key, property]) => {
    const comment = commentOf(deref(schema, property));
    const mark = required.has(key) ? '' : '?';
    return `  ${toKey(key)}${mark}: ${toType(property, place)},${comment && ` // ${comment}`}`;
  });
  const rest = restOf(schema, place);
  if (rest) lines.push(`  [key: string]: ${rest},`);
  return lines.length === 0 ? '' : `{\n${lines.join('\n')}\n}`;
}

function toType(schema: unknown, place: Place): string {
  if (!isRecord(schema)) return schema === false ? 'never' : 'any';
  const { $ref, enum: values, anyOf, oneOf, allOf, type } = schema as JsonSchema & Record<string, unknown>;
  if (typeof $ref === 'string') return toTypeOfRef(schema, $ref, place);
  if (Object.hasOwn(schema, 'const')) return JSON.stringify(schema['const']);
  if (Array.isArray(values)) return toUnion(values.map((value) => JSON.stringify(value)));
  const branches = anyOf ?? oneOf;
  if (Array.isArray(branches)) return toUnion(branches.map((branch) => toType(branch, place)));
  if (Array.isArray(allOf)) return allOf.map((part) => toType(part, place)).join(' & ');
  if (Array.isArray(type)) return toUnion(type.map((each) => toType({ ...schema, type: each }, place)));
  if (type === 'array') return toList(schema, place);
  if (type === 'object' || schema['properties']) return toObject(schema, place);
  return type === 'integer' ? 'number' : (type ?? 'any');
}

/** A schema that contains itself is written once. */
function toTypeOfRef(schema: JsonSchema, $ref: string, place: Place): string {
  const { root, refs } = place;
  if (refs.includes($ref) || refs.length >= mostRefs) return 'object';
  return toType(deref(root, schema), { ...place, refs: [...refs, $ref] });
}

function toList({ items, prefixItems }: Record<string, unknown>, place: Place): string {
  if (place.left <= 0) return 'list';
  if (Array.isArray(prefixItems))
    return `[${prefixItems.map((item) => toType(item, deeperThan(place))).join(', ')}]`;
  const item = toType(items ?? true, place);
  return /[ |&]/.test(item) && !item.startsWith('{') ? `(${item})[]` : `${item}[]`;
}

function toObject(schema: JsonSchema, place: Place): string {
  if (place.left <= 0) return 'object';
  const entries = Object.entries(schema.properties ?? {});
  const rest = restOf(schema, place);
  if (entries.length === 0) return rest ? `Record<string, ${rest}>` : '{}';
  const required = new Set(schema.required);
  const fields = entries.map(
    ([key, value]) =>
      `${toKey(key)}${required.has(key) ? '' : '?'}: ${toNotedType(value, deeperThan(place))}`,
  );
  return `{ ${fields.join(', ')} }`;
}

/** The type of further properties, if the schema says that there may be any of a type of their own. */
function restOf({ additionalProperties }: JsonSchema, place: Place): string | undefined {
  return isRecord(additionalProperties) ? toType(additionalProperties, deeperThan(place)) : undefined;
}

function deeperThan(place: Place): Place {
  return { ...place, left: place.left - 1 };
}

/** Texts have a form that a type does not say: a date travels as one. */
function toNotedType(schema: unknown, place: Place): string {
  const type = toType(schema, place);
  const format = isRecord(schema) && schema['format'];
  return type === 'string' && typeof format === 'string' ? `string /* ${format} */` : type;
}

function toUnion(types: readonly string[]): string {
  const all = [...new Set(types)];
  const more = all.length > mostValues ? [`/* ${all.length - mostValues} more */ any`] : [];
  return [...all.slice(0, mostValues), ...more].join(' | ');
}

/** What the type of an argument does not say: its form, its limits, its default, and its description. */
function commentOf(schema: unknown): string {
  if (!isRecord(schema)) return '';
  const { description, default: value } = schema;
  const inner = innerOf(schema);
  const format = inner['format'];
  const told = typeof description === 'string' ? description : '';
  const facts = [
    typeof format === 'string' && !told.includes('ISO 8601') && (examples[format] ?? format),
    limitsOf(inner),
    value !== undefined && `${JSON.stringify(value)} by default`,
  ].filter(Boolean);
  return oneLine([facts.join(', '), told].filter(Boolean).join('. '), mostCommentCharacters);
}

/** A value that may be null has its form in one of two branches. */
function innerOf(schema: Record<string, unknown>): Record<string, unknown> {
  const branches: unknown = schema['anyOf'];
  if (!Array.isArray(branches)) return schema;
  const others = branches.filter((branch) => isRecord(branch) && branch['type'] !== 'null');
  return others.length === 1 ? (others[0] as Record<string, unknown>) : schema;
}

const examples: Record<string, string> = {
  'date-time': 'date-time such as 2026-01-31T12:00:00Z',
  date: 'date such as 2026-01-31',
};

function limitsOf(schema: Record<string, unknown>): string {
  const { minLength, maxLength, minItems, maxItems, pattern } = schema;
  const { exclusiveMinimum: above, exclusiveMaximum: below } = schema;
  return [
    toRange(boundOf(schema['minimum']), boundOf(schema['maximum']), ''),
    boundOf(above) !== undefined && `more than ${boundOf(above)}`,
    boundOf(below) !== undefined && `less than ${boundOf(below)}`,
    toRange(minLength === 1 ? undefined : minLength, maxLength, ' characters'),
    toRange(minItems === 1 ? undefined : minItems, maxItems, ' items'),
    schema['format'] === undefined && typeof pattern === 'string' && pattern.length < 60 && `like ${pattern}`,
  ]
    .filter(Boolean)
    .join(', ');
}

/** Numbers at the ends of what a number can be say nothing. */
function boundOf(bound: unknown): number | undefined {
  return typeof bound === 'number' && Math.abs(bound) < Number.MAX_SAFE_INTEGER ? bound : undefined;
}

function toRange(least: unknown, most: unknown, unit: string): string {
  const [from, to] = [least, most].map((bound) => (bound === undefined ? undefined : JSON.stringify(bound)));
  if (from !== undefined && to !== undefined) return `${from} to ${to}${unit}`;
  if (from !== undefined) return `at least ${from}${unit}`;
  return to === undefined ? '' : `at most ${to}${unit}`;
}

function toKey(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);
}

/** Writes a text on one line. */
export function oneLine(text: string, most: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > most ? `${line.slice(0, most - 1).trimEnd()}…` : line;
}
