import { isRecord } from '../record.ts';
import type { JsonSchema } from '../schema/json-schema.ts';
import type { Tool } from './tool.ts';

/** How deeply the type of a value is written. What is deeper is `object` or `list`. */
const mostLevels = 5;
/** The longest type of a result. */
const mostResultCharacters = 800;
const mostCommentCharacters = 300;
const mostValues = 30;

/**
 * Writes what a model has to know to call a tool, in the form of a TypeScript function, which takes a fraction of the tokens
 * of its JSON Schema.
 */
export function toSignature({ name, listed: { modern, legacy } }: Tool): string {
  const { inputSchema, description } = modern;
  const outputSchema = modern.outputSchema ?? legacy.outputSchema;
  const required = new Set(inputSchema.required);
  const lines = Object.entries(inputSchema.properties ?? {}).map(([key, schema]) => {
    const comment = commentOf(schema);
    const mark = required.has(key) ? '' : '?';
    return `  ${toKey(key)}${mark}: ${toType(schema, 1)},${comment && ` // ${comment}`}`;
  });
  const rest = restOf(inputSchema);
  if (rest) lines.push(`  [key: string]: ${rest},`);
  const args = lines.length === 0 ? '' : `{\n${lines.join('\n')}\n}`;
  const result = outputSchema ? toResultType(outputSchema) : '';
  return `// ${oneLine(description, 2 * mostCommentCharacters)}\n${name}(${args})${result && `: ${result}`}`;
}

/** Writes the type of a result as deeply as there is room for it. */
function toResultType(schema: JsonSchema): string {
  for (let levels = mostLevels; levels > 0; levels--) {
    const type = toType(schema, mostLevels - levels);
    if (type.length <= mostResultCharacters) return type;
  }
  return 'object';
}

function toType(schema: unknown, level: number): string {
  if (!isRecord(schema)) return schema === false ? 'never' : 'any';
  const { $ref, enum: values, anyOf, oneOf, allOf, type } = schema as JsonSchema & Record<string, unknown>;
  if (Object.hasOwn(schema, 'const')) return JSON.stringify(schema['const']);
  if (Array.isArray(values)) return toUnion(values.map((value) => JSON.stringify(value)));
  const branches = anyOf ?? oneOf;
  if (Array.isArray(branches)) return toUnion(branches.map((branch) => toType(branch, level)));
  if (Array.isArray(allOf)) return allOf.map((part) => toType(part, level)).join(' & ');
  // Only a schema that contains itself has references.
  if ($ref !== undefined) return 'object';
  if (Array.isArray(type)) return toUnion(type.map((each) => toType({ ...schema, type: each }, level)));
  if (type === 'array') return toList(schema, level);
  if (type === 'object' || schema['properties']) return toObject(schema, level);
  return type === 'integer' ? 'number' : (type ?? 'any');
}

function toList({ items, prefixItems }: Record<string, unknown>, level: number): string {
  if (level >= mostLevels) return 'list';
  if (Array.isArray(prefixItems)) return `[${prefixItems.map((item) => toType(item, level + 1)).join(', ')}]`;
  const item = toType(items ?? true, level);
  return /[ |&]/.test(item) && !item.startsWith('{') ? `(${item})[]` : `${item}[]`;
}

function toObject(schema: JsonSchema, level: number): string {
  const entries = Object.entries(schema.properties ?? {});
  const rest = restOf(schema, level);
  if (level >= mostLevels) return 'object';
  if (entries.length === 0) return rest ? `Record<string, ${rest}>` : '{}';
  const required = new Set(schema.required);
  const fields = entries.map(
    ([key, value]) => `${toKey(key)}${required.has(key) ? '' : '?'}: ${toNotedType(value, level + 1)}`,
  );
  return `{ ${fields.join(', ')} }`;
}

/** The type of further properties, if the schema says that there may be any of a type of their own. */
function restOf({ additionalProperties }: JsonSchema, level = 1): string | undefined {
  return isRecord(additionalProperties) ? toType(additionalProperties, level + 1) : undefined;
}

/** Texts have a form that a type does not say: a date travels as one. */
function toNotedType(schema: unknown, level: number): string {
  const type = toType(schema, level);
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
