import { eachChild, mapChildren, refTo, setOwn, type JsonSchema } from '../json-schema.ts';
import { freeName, mapRefs } from '../refs.ts';

/**
 * How many characters a schema may grow by because references are replaced by what they refer to: about 1,000 tokens. Some
 * clients do not follow references, and a model reads a schema better in one piece; but what is used everywhere would fill
 * its window.
 */
const usualGrowth = 4000;

/** Writes definitions where they are referred to. Those that are recursive stay, and those that would make it too long. */
export function inlineRefs(document: JsonSchema, mostGrowth: number = usualGrowth): JsonSchema {
  const { $defs: defs, ...body } = document;
  if (defs === undefined) return document;
  const targets = new Map(Object.keys(defs).map((name) => [refTo(name), defs[name]!]));
  const inlined = chooseRefs(body, targets, mostGrowth);
  const expand = (schema: JsonSchema): JsonSchema => {
    const ref = schema['$ref'];
    if (typeof ref !== 'string' || !inlined.has(ref)) return mapChildren(schema, expand);
    const { $ref: _, ...beside } = schema;
    return join(expand(targets.get(ref)!), mapChildren(beside, expand));
  };
  const whole = expand(body);
  const kept: Record<string, JsonSchema> = {};
  const keep = (schema: JsonSchema): void => {
    for (const ref of refsOf(schema)) {
      const name = Object.keys(defs).find((each) => ref === refTo(each) || ref.startsWith(`${refTo(each)}/`));
      if (name === undefined || Object.hasOwn(kept, name)) continue;
      setOwn(kept, name, expand(defs[name]!));
      keep(kept[name]!);
    }
  };
  keep(whole);
  return Object.keys(kept).length === 0 ? whole : { ...whole, $defs: kept };
}

/**
 * Writes what refers to the root as a definition, because some clients refuse a reference to `#`; and gives definitions
 * names that need no escapes, which some do not read. References of other kinds are not changed.
 */
export function nameTargets(document: JsonSchema): JsonSchema {
  const { $defs: defs = {}, ...body } = document;
  const names = new Map<string, string>();
  const taken: Record<string, JsonSchema> = { ...defs };
  for (const name of Object.keys(defs)) {
    if (/^[\w.-]+$/.test(name)) continue;
    const legal = freeName(name.replaceAll(/[^\w.-]/gu, '_') || '_', taken);
    taken[legal] = defs[name]!;
    names.set(refTo(name), refTo(legal));
  }
  const isRecursive = refsOf(document).includes('#');
  if (names.size === 0 && !isRecursive) return document;
  const root = isRecursive ? freeName('root', taken) : undefined;
  if (root !== undefined) names.set('#', refTo(root));
  const rename = (ref: string): string => names.get(ref) ?? ref;
  const named: Record<string, JsonSchema> = {};
  for (const [name, schema] of Object.entries(defs)) {
    const ref = rename(refTo(name));
    setOwn(named, ref === refTo(name) ? name : ref.slice(refTo('').length), mapRefs(schema, rename));
  }
  const renamed = mapRefs(body, rename);
  if (root !== undefined) named[root] = renamed;
  return { ...renamed, $defs: named };
}

const annotations = new Set([
  'title',
  'description',
  'default',
  'examples',
  'deprecated',
  'readOnly',
  'writeOnly',
]);

/** What a reference and the keywords beside it say together. */
function join(target: JsonSchema, beside: JsonSchema): JsonSchema {
  const clash = Object.keys(beside).some((key) => key in target && !annotations.has(key));
  return clash
    ? { ...beside, allOf: [target, ...((beside['allOf'] ?? []) as JsonSchema[])] }
    : { ...target, ...beside };
}

/** Chooses the references that are replaced. */
function chooseRefs(
  body: JsonSchema,
  targets: ReadonlyMap<string, JsonSchema>,
  mostGrowth: number,
): ReadonlySet<string> {
  const used = new Map([...targets].map(([ref, target]) => [ref, refsOf(target)]));
  const bodyRefs = refsOf(body);
  const all = [...bodyRefs, ...[...used.values()].flat()];
  const isPlain = (ref: string): boolean =>
    !all.some((each) => each.startsWith(`${ref}/`)) && !leadsTo(ref, ref, used, new Set());
  const chosen = new Set([...targets.keys()].filter(isPlain));
  const lengths = new Map([...targets].map(([ref, target]) => [ref, JSON.stringify(target).length]));
  const before = all.length === 0 ? 0 : [...lengths.values()].reduce((total, length) => total + length, 0);
  for (;;) {
    const known = new Map<string, number>();
    const lengthOf = (ref: string): number => {
      let length = known.get(ref);
      if (length === undefined) {
        length =
          lengths.get(ref)! +
          sum(
            used
              .get(ref)!
              .filter((each) => chosen.has(each))
              .map(lengthOf),
          );
        known.set(ref, length);
      }
      return length;
    };
    const kept = [...targets.keys()].filter((ref) => !chosen.has(ref));
    const uses = countUses([bodyRefs, ...kept.map((ref) => used.get(ref)!)], chosen, used);
    const after = sum(bodyRefs.filter((ref) => chosen.has(ref)).map(lengthOf)) + sum(kept.map(lengthOf));
    if (after - before <= mostGrowth) return chosen;
    let largest: [ref: string, growth: number] | undefined;
    for (const ref of chosen) {
      const growth = lengths.get(ref)! * ((uses.get(ref) ?? 0) - 1);
      if (growth > (largest?.[1] ?? 0)) largest = [ref, growth];
    }
    if (largest === undefined) return chosen;
    chosen.delete(largest[0]);
  }
}

/** How often each chosen definition would be written. */
function countUses(
  starts: readonly (readonly string[])[],
  chosen: ReadonlySet<string>,
  used: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, number> {
  const users = new Map<string, string[]>();
  for (const ref of chosen)
    for (const each of used.get(ref)!) users.set(each, [...(users.get(each) ?? []), ref]);
  const direct = new Map<string, number>();
  for (const ref of starts.flat()) direct.set(ref, (direct.get(ref) ?? 0) + 1);
  const uses = new Map<string, number>();
  const count = (ref: string): number => {
    let found = uses.get(ref);
    if (found === undefined) {
      found = (direct.get(ref) ?? 0) + sum((users.get(ref) ?? []).map(count));
      uses.set(ref, found);
    }
    return found;
  };
  for (const ref of chosen) count(ref);
  return uses;
}

function leadsTo(
  ref: string,
  goal: string,
  used: ReadonlyMap<string, readonly string[]>,
  seen: Set<string>,
): boolean {
  if (seen.has(ref)) return false;
  seen.add(ref);
  return (used.get(ref) ?? []).some((each) => each === goal || leadsTo(each, goal, used, seen));
}

function refsOf(schema: JsonSchema): string[] {
  const refs: string[] = [];
  const collect = (node: JsonSchema): void => {
    if (typeof node['$ref'] === 'string') refs.push(node['$ref']);
    eachChild(node, collect);
  };
  collect(schema);
  return refs;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
