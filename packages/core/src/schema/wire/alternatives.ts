import { deref, type JsonSchema } from '../json-schema.ts';
import type { Marked } from './traverse.ts';
import { WireError } from '../wire-error.ts';

const maxAlternatives = 100_000;

// The product of the branches that are open at this moment. Shared by nested guards, which run synchronously.
let alternatives = 1;

/**
 * Makes a guard that rejects arguments for which the validator would try too many combinations of branches. With five
 * object branches that all contain the same recursive children, twelve levels are 244 million attempts. No guard is
 * needed for a validator that goes by a discriminator, because it tries one branch only.
 */
export function createGuard(
  marked: Marked,
  branches: readonly JsonSchema[],
  isExact: boolean,
): ((wire: unknown, run: () => unknown) => unknown) | undefined {
  const count = (type: string): number =>
    branches.filter((branch) => deref(marked.root, branch).type === type).length;
  const [objects, arrays] = [count('object'), count('array')];
  if (marked.isEager !== true || isExact || (objects < 2 && arrays < 2)) return undefined;
  return (wire, run) => {
    const before = alternatives;
    alternatives *= Math.max(1, Array.isArray(wire) ? arrays : objects);
    try {
      if (alternatives > maxAlternatives) {
        throw new TooManyError('too many combinations of nested alternatives; send less nested values');
      }
      return run();
    } finally {
      alternatives = before;
    }
  };
}

export class TooManyError extends WireError {}
