import { currentBudget } from '../budget.ts';
import { assertArgumentDepth } from '../depth.ts';
import { resolveRef, setOwn, type JsonSchema } from '../json-schema.ts';
import type { Leaf } from './leaf.ts';
import { getMark } from '../mark.ts';
import { toRegExp } from '../pattern.ts';
import { under } from '../wire-error.ts';

/** Converts one value that is nested `depth` levels deep. Returns the same reference if nothing changed. */
export type Step = (value: unknown, depth: number) => unknown;

/** A schema that still has its marks, with the leaves that they point to. */
export interface Marked {
  readonly root: JsonSchema;
  readonly leaves: readonly Leaf[];
  /** What one attempt of the validator takes of the budget of a request; 0 if it does not try every branch of a union. */
  readonly stepsPerAttempt?: number;
  /** The schema combines parts that contain each other, so that each part goes through the same values at every level. */
  readonly isRepeating?: boolean;
  /** The validator rejects an infinity and NaN where the schema says a number. */
  readonly isFinite?: boolean;
}

/** What a walk does at each place. */
export interface Rules {
  /** Makes the step for a schema. `inside` is the step for its properties, items and `allOf`. Return undefined to do nothing. */
  at(node: JsonSchema, inside: Step | undefined): Step | undefined;
  /** Makes the step for an `anyOf` or `oneOf`, given the step of each branch. Called only if at least one branch has a step. */
  union(branches: readonly JsonSchema[], steps: readonly (Step | undefined)[]): Step | undefined;
  /** Makes the step for a property, given the step of its value. It may return `absent`, and then the key is removed. */
  property?(node: JsonSchema, key: string, value: JsonSchema, step: Step | undefined): Step | undefined;
}

/** What it takes of the budget to begin with the parts of a schema that contain each other. */
export const stepsPerTurn = 10;

/** What the step of a property returns so that the key is removed. */
export const absent: unique symbol = Symbol('absent');

/** Compiles a walk over the values of a schema. It visits only the places where the rules have something to do. */
export function compileWalk(
  { root, isRepeating }: Marked,
  start: JsonSchema,
  rules: Rules,
): Step | undefined {
  const byRef = new Map<string, { step?: Step | undefined; done?: true }>();
  return compile(start);

  function compile(node: JsonSchema): Step | undefined {
    const ref = node['$ref'];
    if (typeof ref === 'string' && getMark(node) === undefined) return compileRef(ref);
    const branches = ((node['anyOf'] ?? node['oneOf'] ?? []) as JsonSchema[]).filter(
      (branch) => typeof branch === 'object',
    );
    const steps = branches.map(compile);
    const union = steps.some((step) => step !== undefined) ? rules.union(branches, steps) : undefined;
    const all = ((node['allOf'] ?? []) as JsonSchema[]).map(compile);
    const isSpending = isRepeating === true && all.filter((step) => step !== undefined).length > 1;
    const spend = isSpending ? spendTurn : undefined;
    return rules.at(node, chain([compileObject(node), compileArray(node), spend, ...all, union]));
  }

  // In a recursive schema, the step is not known before all of it is compiled, so it is looked up at request time. Recursive
  // schemas are always walked, even if there is nothing to do, so that the depth is checked.
  function compileRef(ref: string): Step | undefined {
    const known = byRef.get(ref);
    if (known?.done === true) return known.step;
    if (known !== undefined) {
      return (value, depth) => {
        assertArgumentDepth(depth);
        return known.step === undefined ? value : known.step(value, depth);
      };
    }
    const target = resolveRef(root, ref);
    if (target === undefined) return undefined;
    const slot: { step?: Step | undefined; done?: true } = {};
    byRef.set(ref, slot);
    slot.step = compile(target);
    slot.done = true;
    return slot.step;
  }

  function compileObject(node: JsonSchema): Step | undefined {
    const fields: [string, Step][] = [];
    for (const [key, child] of Object.entries(node.properties ?? {})) {
      if (typeof child !== 'object') continue;
      const inside = compile(child);
      const step = rules.property === undefined ? inside : rules.property(node, key, child, inside);
      if (step !== undefined) fields.push([key, step]);
    }
    const rest = compileRest(node);
    if (fields.length === 0 && rest === undefined) return undefined;
    return (value, depth) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
      let result = value as Record<string, unknown>;
      for (let index = 0; index < fields.length; index++) {
        const [key, step] = fields[index]!;
        if (Object.hasOwn(value, key)) result = replace(value, result, key, step, depth);
      }
      if (rest === undefined) return result;
      for (const key of Object.keys(value)) {
        const step = rest(key);
        if (step !== undefined) result = replace(value, result, key, step, depth);
      }
      return result;
    };
  }

  // Compiles the step for the keys that are not in `properties`.
  function compileRest(node: JsonSchema): ((key: string) => Step | undefined) | undefined {
    const { additionalProperties: others, patternProperties } = node;
    const other = typeof others === 'object' && others !== null ? compile(others as JsonSchema) : undefined;
    const patterns = Object.entries((patternProperties ?? {}) as Record<string, JsonSchema>).map(
      ([pattern, child]) => [toRegExp(pattern), compile(child)] as const,
    );
    if (other === undefined && patterns.every(([, step]) => step === undefined)) return undefined;
    return (key) => {
      if (node.properties !== undefined && Object.hasOwn(node.properties, key)) return undefined;
      const pattern = patterns.find(([regExp]) => regExp.test(key));
      return pattern === undefined ? other : pattern[1];
    };
  }

  function compileArray(node: JsonSchema): Step | undefined {
    const first = ((node['prefixItems'] ?? []) as JsonSchema[]).map(compile);
    const items = node['items'];
    const rest = typeof items === 'object' && items !== null ? compile(items as JsonSchema) : undefined;
    if (rest === undefined && first.every((step) => step === undefined)) return undefined;
    return (value, depth) => {
      if (!Array.isArray(value)) return value;
      let copy: unknown[] | undefined;
      for (let index = 0; index < value.length; index++) {
        const step = index < first.length ? first[index] : rest;
        if (step === undefined) continue;
        try {
          const after = step(value[index], depth + 1);
          if (after !== value[index]) (copy ??= value.slice())[index] = after;
        } catch (error) {
          throw under(index, error);
        }
      }
      return copy ?? value;
    };
  }
}

/** Combines steps that run one after the other. Returns undefined if there are none. */
export function chain(steps: readonly (Step | undefined)[]): Step | undefined {
  const needed = steps.filter((step) => step !== undefined);
  if (needed.length < 2) return needed[0];
  return (value, depth) => needed.reduce((result, step) => step(result, depth), value);
}

const spendTurn: Step = (value) => {
  currentBudget().spend(stepsPerTurn);
  return value;
};

/** Runs a step on one key. The first key that changes makes a copy; `value` itself never changes. */
function replace(
  value: object,
  result: Record<string, unknown>,
  key: string,
  step: Step,
  depth: number,
): Record<string, unknown> {
  const before = (value as Record<string, unknown>)[key];
  let after: unknown;
  try {
    after = step(before, depth + 1);
  } catch (error) {
    throw under(key, error);
  }
  if (after === before) return result;
  const copy = result === value ? { ...result } : result;
  if (after === absent) delete copy[key];
  else setOwn(copy, key, after);
  return copy;
}
