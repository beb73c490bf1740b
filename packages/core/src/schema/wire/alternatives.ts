import { deref, type JsonSchema } from '../json-schema.ts';
import type { Marked } from './traverse.ts';
import { WireError } from '../wire-error.ts';

const MAX_ALTERNATIVES = 100_000;

let alternatives = 1;

/**
 * Keeps a recursive union from exhausting the validator behind it: with five object branches that each look into the
 * same children, twelve levels are 244 million attempts. A validator that goes by a discriminator makes one.
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
      if (alternatives > MAX_ALTERNATIVES)
        throw new TooManyError('too many alternatives within alternatives');
      return run();
    } finally {
      alternatives = before;
    }
  };
}

export class TooManyError extends WireError {}
