import { currentBudget, type Budget } from '../budget.ts';
import { assertArgumentDepth } from '../depth.ts';
import { deref, eachChild, isSchema, resolveRef, type JsonSchema } from '../json-schema.ts';
import { toRegExp } from '../pattern.ts';
import { findRecursion } from '../refs.ts';
import type { Marked } from './traverse.ts';
import { compileTag } from './union.ts';

/**
 * Compiles a function that spends what the validator will do, before it does it. A validator that tries every branch of a
 * union tries what is inside a value once for each of them: with five object branches that all contain the same recursive
 * children, twelve levels are 244 million attempts. The attempts are counted, not made, so each value is visited once for
 * each schema. The same holds for intersections, where each part tries what is inside a value. Returns undefined if the
 * validator does no more than grow with the arguments.
 */
export function compileEffort(marked: Marked): ((args: unknown) => void) | undefined {
  const { root, stepsPerAttempt = 0 } = marked;
  if (stepsPerAttempt === 0 || !hasBranches(root) || !findRecursion(root)) return undefined;
  const tags = new Map<JsonSchema, ReturnType<typeof compileTag>>();
  const tagOf = (node: JsonSchema): ReturnType<typeof compileTag> => {
    // A validator that goes by a discriminator tries one branch only.
    if (!tags.has(node)) {
      tags.set(
        node,
        node['oneOf'] === undefined ? undefined : compileTag(marked, node['oneOf'] as JsonSchema[]),
      );
    }
    return tags.get(node);
  };

  return (args) => {
    const budget = currentBudget();
    const total = count(budget, root, args, 0);
    // Less than this is nothing: most arguments are small.
    if (total > 100) budget.spend(total * stepsPerAttempt);
  };

  function count(budget: Budget, raw: unknown, value: unknown, depth: number): number {
    if (typeof value !== 'object' || value === null || !isSchema(raw)) return 1;
    const isShared = '$ref' in raw || 'anyOf' in raw || 'oneOf' in raw;
    return isShared
      ? budget.ask(questionOf(raw), value, () => countInside(budget, raw, value, depth))
      : countInside(budget, raw, value, depth);
  }

  function countInside(budget: Budget, raw: JsonSchema, value: object, depth: number): number {
    assertArgumentDepth(depth);
    budget.spend(1);
    const ref = raw['$ref'];
    if (typeof ref === 'string') {
      const target = resolveRef(root, ref);
      return target === undefined ? 1 : count(budget, target, value, depth);
    }
    let total = 1;
    const branches = (raw['anyOf'] ?? raw['oneOf']) as JsonSchema[] | undefined;
    if (branches !== undefined) {
      const tagged = tagOf(raw)?.(value);
      const tried = tagged === undefined ? branches : tagged === -1 ? [] : [branches[tagged]!];
      for (const branch of tried)
        total += mayHold(root, branch, value) ? count(budget, branch, value, depth) : 1;
    }
    for (const part of (raw['allOf'] ?? []) as JsonSchema[]) total += count(budget, part, value, depth);
    return (
      total +
      (Array.isArray(value) ? countItems(budget, raw, value, depth) : countKeys(budget, raw, value, depth))
    );
  }

  function countItems(budget: Budget, node: JsonSchema, value: readonly unknown[], depth: number): number {
    const first = (node['prefixItems'] ?? []) as JsonSchema[];
    let total = 0;
    for (let index = 0; index < value.length; index++) {
      total += count(budget, index < first.length ? first[index] : node['items'], value[index], depth + 1);
    }
    return total;
  }

  function countKeys(budget: Budget, node: JsonSchema, value: object, depth: number): number {
    const patterns = Object.entries((node['patternProperties'] ?? {}) as Record<string, JsonSchema>);
    let total = 0;
    for (const [key, child] of Object.entries(value)) {
      if (node.properties !== undefined && Object.hasOwn(node.properties, key)) {
        total += count(budget, node.properties[key], child, depth + 1);
        continue;
      }
      const pattern = patterns.find(([source]) => toRegExp(source).test(key));
      total += count(
        budget,
        pattern === undefined ? node['additionalProperties'] : pattern[1],
        child,
        depth + 1,
      );
    }
    return total;
  }
}

/** Whether a branch can be of this kind of value, an array or an object. */
export function mayHold(root: JsonSchema, branch: JsonSchema, value: object): boolean {
  const { type } = deref(root, branch);
  return type === undefined || [type].flat().includes(Array.isArray(value) ? 'array' : 'object');
}

const questions = new WeakMap<JsonSchema, object>();

/** The question how many attempts a schema takes. Others are asked about the same schema. */
function questionOf(schema: JsonSchema): object {
  let question = questions.get(schema);
  if (question === undefined) questions.set(schema, (question = {}));
  return question;
}

const branching: ReadonlySet<string> = new Set(['anyOf', 'oneOf', 'allOf']);
const combining: ReadonlySet<string> = new Set(['allOf']);

/** Whether some value can belong to one of several schemas, or to several at once. */
export function hasBranches(root: JsonSchema): boolean {
  return usesAny(root, branching);
}

/** Whether some value has to belong to several schemas at once, which may contradict each other. */
export function hasCombinations(root: JsonSchema): boolean {
  return usesAny(root, combining);
}

/** Whether a schema combines parts that contain each other. */
export function isRepeating(root: JsonSchema): boolean {
  return hasCombinations(root) && findRecursion(root);
}

function usesAny(schema: JsonSchema, keywords: ReadonlySet<string>): boolean {
  for (const keyword in schema) if (keywords.has(keyword)) return true;
  let found = false;
  eachChild(schema, (child) => {
    found ||= usesAny(child, keywords);
  });
  return found;
}
