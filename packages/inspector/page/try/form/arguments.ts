import { isValid } from './check.ts';
import { type Choice, deref, type FormSchema, isSchema, toWireSchema } from './form-schema.ts';

/**
 * Makes the arguments of what stands in the form: what nobody has filled in is left out, and what has only one form is filled
 * in: a constant, a required list without items, a required object.
 */
export function toArguments(data: unknown, root: FormSchema): Record<string, unknown> {
  const whole = complete(data ?? {}, root, root);
  return isSchema(whole) ? whole : {};
}

/** Which alternative a value belongs to: the first that it follows, else the one whose constants and keys it has. -1 for none. */
export function findOption(options: readonly FormSchema[], value: unknown, root: FormSchema): number {
  if (value === undefined) return -1;
  const shared = pickDefinitions(root);
  const valid = options.findIndex((option) => {
    const wire = toWireSchema({ ...shared, ...option });
    return isSchema(wire) ? isValid(wire, value) : true;
  });
  if (valid !== -1) return valid;
  const scores = options.map((option) => likeness(deref(option, root), value, root));
  const best = Math.max(...scores);
  return best > 0 ? scores.indexOf(best) : -1;
}

/** What a new value of a schema starts with: the constants that it has to have. */
export function startOf(schema: FormSchema, root: FormSchema): unknown {
  const target = deref(schema, root);
  const only = onlyChoice(target);
  if (only) return only.value;
  if (target.type === 'array') return [];
  if (target.type !== 'object') return undefined;
  return complete({}, target, root);
}

function complete(value: unknown, schema: FormSchema, root: FormSchema): unknown {
  const target = deref(schema, root);
  if (Array.isArray(target.anyOf)) {
    const options = target.anyOf.filter(isSchema);
    const option = options[findOption(options, value, root)];
    return option ? complete(value, option, root) : value;
  }
  if (Array.isArray(value)) {
    const { items, additionalItems } = target;
    if (Array.isArray(items) && value.every((item) => item === undefined)) return undefined;
    return value.map((item: unknown, index) => {
      const each = Array.isArray(items) ? (items[index] ?? additionalItems) : items;
      if (!isSchema(each)) return item;
      return item === undefined ? (startOf(each, root) ?? null) : complete(item, each, root);
    });
  }
  if (target.type !== 'object' || !isSchema(value)) return value;
  const { properties = {}, required = [], additionalProperties } = target;
  const object: Record<string, unknown> = {};
  for (const [name, child] of Object.entries(value)) {
    if (child === undefined) continue;
    const property = Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
    const whole = isSchema(property) ? complete(child, property, root) : child;
    if (whole !== undefined) define(object, name, whole);
  }
  for (const name of required) {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (Object.hasOwn(object, name) || !isSchema(property)) continue;
    const start = startRequired(property, root);
    if (start !== undefined) define(object, name, start);
  }
  return object;
}

/** A list of a fixed length has no form of its own, and neither does a schema that goes on without end. */
function startRequired(schema: FormSchema, root: FormSchema): unknown {
  const target = deref(schema, root);
  if (target.format === 'choices') return [];
  if (target.type === 'array' && Array.isArray(target.items)) return undefined;
  if (target.type === 'object' && target === root) return undefined;
  return startOf(target, root);
}

function onlyChoice({ choices, format }: FormSchema): Choice | undefined {
  return format === 'choice' && (choices as Choice[]).length === 1 ? (choices as Choice[])[0] : undefined;
}

function likeness(option: FormSchema, value: unknown, root: FormSchema): number {
  if (Array.isArray(value)) return option.type === 'array' || option.format === 'choices' ? 1 : 0;
  if (option.format === 'json') return 0.5;
  if (!isSchema(value))
    return option.format !== undefined && option.format === formatOf(value, option) ? 1 : 0;
  if (option.format === 'file') return 'data' in value ? 1 : 0;
  if (option.type !== 'object') return 0;
  let score = 1;
  for (const [name, property] of Object.entries(option.properties ?? {})) {
    if (!isSchema(property) || !Object.hasOwn(value, name)) continue;
    const only = onlyChoice(deref(property, root));
    if (!only) score += 1;
    else score += only.value === value[name] ? 1000 : -1000;
  }
  return score;
}

/** The format of a field that takes this value, if `option` is one. */
function formatOf(value: unknown, { format, choices }: FormSchema): string | undefined {
  if (format === 'choice')
    return (choices as Choice[]).some((each) => each.value === value) ? format : undefined;
  if (typeof value === 'number') return format === 'number' || format === 'bigint' ? format : undefined;
  if (typeof value !== 'string' || format === 'number' || format === 'file') return undefined;
  return format;
}

function pickDefinitions(root: FormSchema): Record<string, unknown> {
  return {
    ...(root['$defs'] && { $defs: root['$defs'] }),
    ...(root['definitions'] && { definitions: root['definitions'] }),
  };
}

/** Sets a key of any name, `__proto__` included. */
function define(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}
