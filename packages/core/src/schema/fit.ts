import { currentBudget } from './budget.ts';
import { assertArgumentDepth } from './depth.ts';
import { isDateTime, isPlainDate } from './wire/date-time.ts';
import { deref, isSchema, type JsonSchema } from './json-schema.ts';
import type { Leaf } from './wire/leaf.ts';
import { getMark, isStripping } from './mark.ts';
import { toRegExp } from './pattern.ts';
import { isRecord } from '../record.ts';

/**
 * Whether a JSON value follows a marked schema. Decides between the branches of a union. Works like a JSON Schema
 * validator, but knows the leaves, and throws a WireError for values that would take too many steps. Without `isLoose`,
 * a value that fits a leaf only loosely does not count. With `isOpen`, keys that the validator would drop do not matter.
 */
export function fits(
  schema: JsonSchema,
  value: unknown,
  root: JsonSchema,
  leaves: readonly Leaf[] = [],
  isLoose = true,
  isOpen = false,
): boolean {
  const budget = currentBudget();
  return check(schema, value, 0);

  function check(raw: JsonSchema | boolean, at: unknown, depth: number): boolean {
    if (typeof raw === 'boolean') return raw;
    budget.spend(1);
    assertArgumentDepth(depth);
    const isAsked =
      typeof at === 'object' &&
      at !== null &&
      (depth === 0 || '$ref' in raw || 'anyOf' in raw || 'oneOf' in raw);
    // Each branch of a union asks the same about what is inside a value.
    return isAsked
      ? budget.ask(questionOf(raw, isLoose, isOpen), at, () => checkInside(raw, at, depth))
      : checkInside(raw, at, depth);
  }

  function checkInside(raw: JsonSchema, at: unknown, depth: number): boolean {
    const node = deref(root, raw);
    const mark = getMark(node);
    if (mark?.is === 'never' || mark?.is === 'undefined') return false;
    if (mark?.is === 'leaf') {
      const leaf = leaves[mark.leaf];
      if (leaf === undefined || !leaf.fits(at) || (!isLoose && leaf.isLoose?.(at) === true)) return false;
      return isOpen || leaf.dropsKeys !== true || areKeysKnown(node, at);
    }
    return isPlainFit(node, at) && areChildrenFit(node, at, depth + 1) && areBranchesFit(node, at, depth + 1);
  }

  function areChildrenFit(node: JsonSchema, at: unknown, depth: number): boolean {
    if (Array.isArray(at)) {
      const first = (node['prefixItems'] as JsonSchema[] | undefined) ?? [];
      const isEndless = isOpen && isStripping(node);
      const rest = isEndless ? undefined : (node['items'] as JsonSchema | boolean | undefined);
      return at.every((item, index) => {
        const child = index < first.length ? first[index] : rest;
        return child === undefined || check(child, item, depth);
      });
    }
    if (typeof at !== 'object' || at === null) return true;
    const patterns = Object.entries(
      (node['patternProperties'] as Record<string, JsonSchema> | undefined) ?? {},
    );
    const others = isOpen && isStripping(node) ? undefined : node['additionalProperties'];
    for (const [key, item] of Object.entries(at)) {
      const names = node['propertyNames'];
      if (names !== undefined && !check(names as JsonSchema, key, depth)) return false;
      let known = node.properties !== undefined && Object.hasOwn(node.properties, key);
      if (known && !check(node.properties![key]!, item, depth)) return false;
      for (const [pattern, child] of patterns) {
        if (!toRegExp(pattern).test(key)) continue;
        known = true;
        if (!check(child, item, depth)) return false;
      }
      if (!known && others !== undefined && !check(others as JsonSchema | boolean, item, depth)) return false;
    }
    return true;
  }

  function areBranchesFit(node: JsonSchema, at: unknown, depth: number): boolean {
    const any = (node['anyOf'] ?? node['oneOf']) as JsonSchema[] | undefined;
    if (any !== undefined && !any.some((branch) => check(branch, at, depth))) return false;
    const all = node['allOf'] as JsonSchema[] | undefined;
    if (all !== undefined && !all.every((branch) => check(branch, at, depth))) return false;
    return !isSchema(node['not']) || !check(node['not'], at, depth);
  }
}

/** Whether an object has no other keys than its schema, if that is closed. */
function areKeysKnown({ properties = {}, additionalProperties }: JsonSchema, at: unknown): boolean {
  if (additionalProperties !== false || !isRecord(at)) return true;
  return Object.keys(at).every((key) => Object.hasOwn(properties, key));
}

const questions = new WeakMap<JsonSchema, object[]>();

/** Stands for the question whether a value fits this schema, in this mode. */
function questionOf(schema: JsonSchema, isLoose: boolean, isOpen: boolean): object {
  let modes = questions.get(schema);
  if (modes === undefined) questions.set(schema, (modes = [{}, {}, {}, {}]));
  return modes[(isLoose ? 1 : 0) + (isOpen ? 2 : 0)]!;
}

/** Checks the keywords that concern only the value itself, not the values inside it. */
function isPlainFit(node: JsonSchema, at: unknown): boolean {
  if (node.type !== undefined && !hasType(node.type, at)) return false;
  if ('const' in node && node['const'] !== at) return false;
  if (Array.isArray(node['enum']) && !node['enum'].includes(at)) return false;
  if (typeof at === 'string') return isStringFit(node, at);
  if (typeof at === 'number') return isNumberFit(node, at);
  if (Array.isArray(at)) return isWithin(node, 'minItems', 'maxItems', at.length);
  if (typeof at !== 'object' || at === null) return true;
  if (node.required !== undefined && !node.required.every((key) => Object.hasOwn(at, key))) return false;
  if (node['minProperties'] === undefined && node['maxProperties'] === undefined) return true;
  return isWithin(node, 'minProperties', 'maxProperties', Object.keys(at).length);
}

export function hasType(types: string | readonly string[], value: unknown): boolean {
  if (typeof types !== 'string') return types.some((type) => hasType(type, value));
  switch (types) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isRecord(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === types;
  }
}

// Formats that an empty text has not. Whether another text has them is left to the validator.
const filledFormats = new Set(
  'date-time date time duration email idn-email hostname idn-hostname ipv4 ipv6 uri iri uuid jwt'.split(' '),
);

function isStringFit(node: JsonSchema, text: string): boolean {
  if (text === '' && filledFormats.has(node['format'] as string)) return false;
  if (!isWithin(node, 'minLength', 'maxLength', text.length)) return false;
  if (typeof node['pattern'] === 'string' && !toRegExp(node['pattern']).test(text)) return false;
  if (node['format'] === 'date-time') return isDateTime(text);
  if (node['format'] === 'date') return isPlainDate(text);
  return node['format'] !== 'uri' || URL.canParse(text);
}

function isNumberFit(node: JsonSchema, value: number): boolean {
  const { exclusiveMinimum, exclusiveMaximum, multipleOf } = node;
  if (!isWithin(node, 'minimum', 'maximum', value)) return false;
  if (typeof exclusiveMinimum === 'number' && value <= exclusiveMinimum) return false;
  if (typeof exclusiveMaximum === 'number' && value >= exclusiveMaximum) return false;
  if (typeof multipleOf !== 'number') return true;
  const ratio = value / multipleOf;
  return Math.abs(ratio - Math.round(ratio)) < 1e-9 * Math.max(1, Math.abs(ratio));
}

function isWithin(node: JsonSchema, low: string, high: string, size: number): boolean {
  const [min, max] = [node[low], node[high]];
  return !(typeof min === 'number' && size < min) && !(typeof max === 'number' && size > max);
}
