import { toFormData } from './form-data.ts';
import { setOwn, type JsonSchema } from '../json-schema.ts';
import type { Leaf } from './leaf.ts';
import { getMark } from '../mark.ts';
import { isRecord } from '../../record.ts';
import { compileChoice } from './union.ts';
import { chain, compileWalk, type Marked, type Step } from './traverse.ts';
import { WireError } from '../wire-error.ts';

/** Compiles the decoder from JSON to the values that the parser expects. Returns undefined if the parser expects JSON. */
export function compileDecode(marked: Marked, start: JsonSchema = marked.root): Step | undefined {
  return compileWalk(marked, start, {
    at(node, inside) {
      const mark = getMark(node);
      switch (mark?.is) {
        case 'leaf':
          return decodeLeaf(marked.leaves[mark.leaf]!);
        case 'set':
          return (wire, depth) =>
            Array.isArray(wire) ? new Set(run(inside, wire, depth) as unknown[]) : wire;
        case 'map':
          return (wire, depth) =>
            isEntries(wire) ? new Map(Object.entries(run(inside, wire, depth) as object)) : wire;
        case 'pairs':
          return (wire, depth) =>
            isPairs(wire) ? new Map(run(inside, wire, depth) as [unknown, unknown][]) : wire;
        case 'form':
          return (wire, depth) => toFormData(run(inside, wire, depth));
        case 'asIs':
        case 'never':
        case 'undefined':
          return undefined;
        default:
          return chain([inside, fillUndefined(node)]);
      }
    },
    union(branches, steps) {
      const choose = compileChoice(marked, branches);
      return (wire, depth) => {
        const index = choose(wire);
        return index === -1 ? wire : run(steps[index], wire, depth);
      };
    },
  });
}

/** Adds the keys that have to be `undefined`. The validator requires them, and JSON cannot send them. */
function fillUndefined({ properties = {} }: JsonSchema): Step | undefined {
  const keys = Object.keys(properties).filter((key) => {
    const mark = getMark(properties[key]!);
    return mark?.is === 'undefined' && mark.isFilled === true;
  });
  if (keys.length === 0) return undefined;
  return (wire) => {
    if (!isRecord(wire) || wire instanceof FormData) return wire;
    const copy = { ...wire };
    for (const key of keys) if (!Object.hasOwn(copy, key)) setOwn(copy, key, undefined);
    return copy;
  };
}

function run(step: Step | undefined, value: unknown, depth: number): unknown {
  return step === undefined ? value : step(value, depth);
}

// A value that does not fit stays unchanged, so that the parser can reject it together with all other problems.
function decodeLeaf(leaf: Leaf): Step {
  return (wire) => {
    if (leaf.attempt !== undefined) return leaf.attempt(wire) ?? wire;
    if (leaf.fits(wire)) return leaf.decode(wire);
    const reason = leaf.refuse?.(wire);
    if (reason !== undefined) throw new WireError(reason);
    return wire;
  };
}

// A Map was decoded already, for another parser of the same input.
function isEntries(wire: unknown): wire is Record<string, unknown> {
  return isRecord(wire) && !(wire instanceof Map);
}

export function isPairs(wire: unknown): wire is [unknown, unknown][] {
  return Array.isArray(wire) && wire.every((pair) => Array.isArray(pair) && pair.length === 2);
}
