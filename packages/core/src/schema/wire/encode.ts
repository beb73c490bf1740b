import { currentBudget } from '../budget.ts';
import { assertResultDepth } from '../depth.ts';
import { encodeAny, encodeMap } from './encode-any.ts';
import type { Encode, Encoding } from './encoding.ts';
import { fits } from '../fit.ts';
import { deref, eachChild, resolveRef, setOwn, type JsonSchema } from '../json-schema.ts';
import type { Leaf } from './leaf.ts';
import { getMark } from '../mark.ts';
import { mergeObjects } from '../merge.ts';
import { compileChoice, compileTag } from './union.ts';
import type { Marked } from './traverse.ts';
import { EncodeError, under } from '../wire-error.ts';

/**
 * Compiles the encoder of a marked schema. Returns undefined if the values of the schema are JSON already. `isTrusted`
 * says that the validator has just enforced this schema. Then a value that the schema calls a string is not checked.
 */
export function compileEncode({ root, leaves, isFinite }: Marked, isTrusted: boolean): Encode | undefined {
  const byRef = new Map<string, { encode?: Encode | undefined; done?: true }>();
  return compile(root);

  function compile(node: JsonSchema | boolean): Encode | undefined {
    if (typeof node === 'boolean') return encodeAny;
    const mark = getMark(node);
    const ref = node['$ref'];
    if (typeof ref === 'string' && mark === undefined) return compileRef(ref);
    switch (mark?.is) {
      case 'leaf':
        return compileLeaf(leaves[mark.leaf]!);
      case 'set': {
        const encodeItems = compileArray(node);
        return (value, encoding, depth) =>
          value instanceof Set
            ? apply(encodeItems, [...value], encoding, depth)
            : encodeAny(value, encoding, depth);
      }
      case 'map': {
        const encodeValues = compileObject(node);
        return (value, encoding, depth) => {
          if (!(value instanceof Map)) return encodeAny(value, encoding, depth);
          if (encodeValues === encodeAny) return encodeMap(value, encoding, depth);
          return apply(encodeValues, toObject(value), encoding, depth);
        };
      }
      case 'pairs': {
        const encodePairs = compileArray(node);
        return (value, encoding, depth) =>
          value instanceof Map
            ? apply(encodePairs, [...value], encoding, depth)
            : encodeAny(value, encoding, depth);
      }
      case undefined:
        return compilePlain(node);
      default:
        return encodeAny;
    }
  }

  function compilePlain(node: JsonSchema): Encode | undefined {
    const branches = (node['anyOf'] ?? node['oneOf']) as JsonSchema[] | undefined;
    if (branches !== undefined) return compileUnion(branches);
    if ('allOf' in node && node.type !== 'string' && node.type !== 'number') {
      const merged = mergeObjects(root, [node], 'intersection');
      return merged === undefined ? encodeAny : compileObject(merged);
    }
    if (node.type === 'object') return compileObject(node);
    if (node.type === 'array') return compileArray(node);
    if (isFinite !== true && saysNumber(node)) return encodeNumber;
    if (!isTrusted) return encodeAny;
    const types = typeof node.type === 'string' ? [node.type] : node.type;
    const isScalar = types?.every((type) => type !== 'object' && type !== 'array') ?? false;
    return isScalar || 'const' in node || 'enum' in node ? undefined : encodeAny;
  }

  function compileRef(ref: string): Encode | undefined {
    const known = byRef.get(ref);
    if (known?.done === true) return known.encode;
    if (known !== undefined) {
      return (value, encoding, depth) => {
        assertResultDepth(depth);
        return apply(known.encode, value, encoding, depth);
      };
    }
    const target = resolveRef(root, ref);
    if (target === undefined) return encodeAny;
    const slot: { encode?: Encode | undefined; done?: true } = {};
    byRef.set(ref, slot);
    slot.encode = compile(target);
    slot.done = true;
    return slot.encode;
  }

  function compileUnion(branches: readonly JsonSchema[]): Encode | undefined {
    const encoders = branches.map(compile);
    if (encoders.every((encode) => encode === undefined)) return undefined;
    const open = branches
      .map((_, index) => index)
      .filter((index) => deref(root, branches[index]!).type !== 'null');
    if (open.length === 1) {
      const only = encoders[open[0]!];
      return (value, encoding, depth) => (value === null ? null : apply(only, value, encoding, depth));
    }
    if (compileTag({ root, leaves }, branches) === undefined) {
      const encode = branches.some((branch) => needsGuidance(branch, 0))
        ? tryBranches(branches, encoders)
        : encodeAny;
      const isOdd = isFinite !== true && branches.some((branch) => saysNumber(deref(root, branch)));
      return isOdd ? tryWords(encoders, encode) : encode;
    }
    const choose = compileChoice({ root, leaves }, branches);
    return (value, encoding, depth) => {
      const index = typeof value === 'object' && value !== null ? choose(value) : -1;
      return index === -1
        ? encodeAny(value, encoding, depth)
        : apply(encoders[index], value, encoding, depth);
    };
  }

  // Whether values of this schema, or values inside them, are encoded in a way that `encodeAny` could not know.
  function needsGuidance(raw: JsonSchema, depth: number): boolean {
    const node = deref(root, raw);
    const mark = getMark(node);
    if (mark?.is === 'map' || mark?.is === 'pairs' || depth > 6) return true;
    if (mark?.is === 'leaf') return leaves[mark.leaf]!.is === undefined;
    let found = false;
    eachChild(node, (child, keyword) => {
      found ||= keyword !== '$defs' && needsGuidance(child, depth + 1);
    });
    return found;
  }

  // Encodes the value by each branch in turn, and takes the first result that follows the schema of its branch.
  function tryBranches(branches: readonly JsonSchema[], encoders: readonly (Encode | undefined)[]): Encode {
    const choose = (value: unknown, encoding: Encoding, depth: number): Chosen => {
      assertResultDepth(depth);
      for (const [index, branch] of branches.entries()) {
        const encode = encoders[index] ?? encodeAny;
        const files = encoding.files?.fresh();
        const json = encode(value, files ? { ...encoding, files } : encoding, depth);
        if (json !== undefined && fits(branch, json, root, leaves))
          return { encode, json, hasFiles: !!files?.count };
      }
      return { encode: encodeAny, json: undefined, hasFiles: true };
    };
    return (value, encoding, depth) => {
      const isAsked = typeof value === 'object' && value !== null;
      // Each branch of a union around this one asks for the same value again.
      const { encode, json, hasFiles } = isAsked
        ? currentBudget().ask(encoders, value, () => choose(value, encoding, depth))
        : choose(value, encoding, depth);
      return hasFiles ? encode(value, encoding, depth) : json;
    };
  }

  function compileObject(node: JsonSchema): Encode | undefined {
    const others = node['additionalProperties'];
    const isClosed = others === false && isTrusted && node['patternProperties'] === undefined;
    const required = new Set(node.required ?? []);
    const fields: [key: string, encode: Encode | undefined][] = [];
    for (const [key, child] of Object.entries(node.properties ?? {})) {
      const encode = compile(child);
      // An optional key may be undefined. Then it is left out.
      if (encode !== undefined || !required.has(key)) fields.push([key, encode]);
    }
    if (fields.length === 0 && isClosed) return undefined;
    const rest = isClosed ? undefined : compileRest(node);
    const known = node.properties ?? {};
    return (value, encoding, depth) => {
      if (typeof value !== 'object' || value === null || !isPlain(value)) {
        return encodeAny(value, encoding, depth);
      }
      const source = value as Record<string, unknown>;
      let copy: Record<string, unknown> | undefined;
      const put = (key: string, encode: Encode | undefined): void => {
        const before = source[key];
        const after = encode === undefined ? before : encodeUnder(encode, before, key, encoding, depth + 1);
        if (after === before && after !== undefined) return;
        copy ??= { ...source };
        if (after === undefined) delete copy[key];
        else setOwn(copy, key, after);
      };
      for (let index = 0; index < fields.length; index++) {
        const [key, encode] = fields[index]!;
        if (Object.hasOwn(source, key)) put(key, encode);
      }
      if (!isClosed) {
        for (const key of Object.keys(source)) if (!Object.hasOwn(known, key)) put(key, rest);
      }
      return copy ?? value;
    };
  }

  function compileRest(node: JsonSchema): Encode | undefined {
    const others = node['additionalProperties'];
    const isUnclear =
      others === undefined || typeof others === 'boolean' || node['patternProperties'] !== undefined;
    return isUnclear ? encodeAny : compile(others as JsonSchema);
  }

  function compileArray(node: JsonSchema): Encode | undefined {
    const first = ((node['prefixItems'] ?? []) as JsonSchema[]).map(compile);
    const items = node['items'] as JsonSchema | boolean | undefined;
    const rest = items === undefined ? encodeAny : items === false && isTrusted ? undefined : compile(items);
    if (rest === undefined && first.every((encode) => encode === undefined)) return undefined;
    return (value, encoding, depth) => {
      if (!Array.isArray(value)) return encodeAny(value, encoding, depth);
      let copy: unknown[] | undefined;
      for (let index = 0; index < value.length; index++) {
        const encode = index < first.length ? first[index] : rest;
        const before: unknown = value[index];
        const after =
          (encode === undefined ? before : encodeUnder(encode, before, index, encoding, depth + 1)) ?? null;
        if (after !== before) (copy ??= value.slice())[index] = after;
      }
      return copy ?? value;
    };
  }
}

/** The encoder of the branch that a value belongs to, and what it makes of the value, unless that has files. */
interface Chosen {
  encode: Encode;
  json: unknown;
  hasFiles: boolean;
}

function compileLeaf(leaf: Leaf): Encode {
  if (leaf.is === undefined) {
    return (value, encoding, depth) =>
      value === null || value === undefined ? value : leaf.encode(value, encoding, depth);
  }
  return (value, encoding, depth) => {
    if (leaf.is?.(value) !== true) return encodeAny(value, encoding, depth);
    leaf.assertEncodable?.(value);
    return leaf.encode(value, encoding, depth);
  };
}

function saysNumber({ type }: JsonSchema): boolean {
  const types = Array.isArray(type) ? type : [type];
  return types.includes('number') || types.includes('integer');
}

// Throws for an infinity and for NaN. `encodeAny` makes them null, which would not follow the schema.
const encodeNumber: Encode = (value, encoding, depth) => {
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return value;
    throw new EncodeError(`is ${value}, but the schema says a number, and JSON has no such number`);
  }
  return typeof value === 'string' ? value : encodeAny(value, encoding, depth);
};

// A union with numbers may have a branch that sends an infinity or NaN as a word, for example as "NaN".
function tryWords(encoders: readonly (Encode | undefined)[], encode: Encode): Encode {
  return (value, encoding, depth) => {
    if (typeof value !== 'number' || Number.isFinite(value)) return encode(value, encoding, depth);
    for (const tryOne of encoders) {
      if (tryOne === undefined || tryOne === encodeAny || tryOne === encodeNumber) continue;
      const word = tryOne(value, encoding, depth);
      if (typeof word === 'string') return word;
    }
    return encodeNumber(value, encoding, depth);
  };
}

function encodeUnder(
  encode: Encode,
  value: unknown,
  key: string | number,
  encoding: Encoding,
  depth: number,
): unknown {
  try {
    return encode(value, encoding, depth);
  } catch (error) {
    throw under(key, error);
  }
}

function apply(encode: Encode | undefined, value: unknown, encoding: Encoding, depth: number): unknown {
  return encode === undefined ? value : encode(value, encoding, depth);
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === Object.prototype || prototype === null;
}

function toObject(map: ReadonlyMap<unknown, unknown>): object {
  const object = {};
  for (const [key, value] of map) setOwn(object, String(key), value);
  return object;
}
