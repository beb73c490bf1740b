import { currentBudget } from '../budget.ts';
import { hasType, fits } from '../fit.ts';
import type { JsonSchema } from '../json-schema.ts';
import { getMark } from '../mark.ts';
import { isRecord } from '../../record.ts';
import { compileChoice } from './union.ts';
import { absent, chain, compileWalk, type Marked, type Step } from './traverse.ts';

/**
 * Compiles the repair of arguments that are nearly right: JSON or a number inside a string where the schema allows no
 * string, leaves in another notation, such as a date without a time, and optional properties that were filled with `null`
 * or `""`. Returns JSON again. Never touches a value that follows the schema already. Returns undefined if the schema has
 * nothing that could be repaired.
 */
export function compileRepair(marked: Marked, start: JsonSchema = marked.root): Step | undefined {
  return compileWalk(marked, start, {
    at(node, inside) {
      const mark = getMark(node);
      switch (mark?.is) {
        case 'leaf': {
          const leaf = marked.leaves[mark.leaf]!;
          return leaf.mend === undefined ? undefined : (wire) => leaf.mend!(wire);
        }
        case 'asIs':
        case 'never':
        case 'undefined':
          return undefined;
        case 'map':
          return chain([parseString(node), fromPairs, inside]);
        case 'pairs':
          return chain([parseString(node), toPairs, inside]);
        default:
          return chain([parseString(node), inside]);
      }
    },
    union(branches, steps) {
      const choose = compileChoice(marked, branches);
      const repairable = steps.map((_, index) => index).filter((index) => steps[index] !== undefined);
      return (wire, depth) => {
        const chosen = choose(wire);
        if (chosen !== -1) return steps[chosen] === undefined ? wire : steps[chosen](wire, depth);
        const mend = (): unknown => {
          for (const index of repairable) {
            const mended = steps[index]!(wire, depth);
            if (mended !== wire && fits(branches[index]!, mended, marked.root, marked.leaves)) return mended;
          }
          return wire;
        };
        const budget = currentBudget();
        budget.spend(repairable.length);
        // Each branch of a union around this one would mend the same value again.
        return typeof wire === 'object' && wire !== null ? budget.ask(steps, wire, mend) : mend();
      };
    },
    property({ required }, key, value, step) {
      if (required?.includes(key) === true) return step;
      const [takesNull, takesEmpty] = [takes(marked, value, null), takes(marked, value, '')];
      if (takesNull && takesEmpty) return step;
      return (wire, depth) => {
        if ((wire === null && !takesNull) || (wire === '' && !takesEmpty)) return absent;
        return step === undefined ? wire : step(wire, depth);
      };
    },
  });
}

/** Whether the published schema of a property takes what clients fill in where they have nothing. */
function takes({ root, leaves }: Marked, schema: JsonSchema, filled: null | ''): boolean {
  return fits(schema, filled, root, leaves);
}

const numberPattern = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Compiles the parsing of a string into the type that the schema requires. Returns undefined if it allows strings. */
function parseString({ type }: JsonSchema): Step | undefined {
  const types = typeof type === 'string' ? [type] : type;
  if (types === undefined || types.includes('string') || types.every((each) => each === 'null')) {
    return undefined;
  }
  return (wire) => {
    if (typeof wire !== 'string') return wire;
    const parsed = parse(wire.trim());
    return parsed !== undefined && hasType(types, parsed) ? parsed : wire;
  };
}

function parse(text: string): unknown {
  if (numberPattern.test(text)) return Number(text);
  // Ignores the case, because Python writes `True`.
  if (/^(?:true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  if (text === 'null') return null;
  if (!/^[[{]/.test(text)) return undefined;
  currentBudget().spend(text.length / 100);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const fromPairs: Step = (wire) =>
  Array.isArray(wire) &&
  wire.every((pair) => Array.isArray(pair) && pair.length === 2 && typeof pair[0] === 'string')
    ? Object.fromEntries(wire as [string, unknown][])
    : wire;

const toPairs: Step = (wire) => (isRecord(wire) ? Object.entries(wire) : wire);
