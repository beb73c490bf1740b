import { encodeAny, encodeMap, MAX_DEPTH, type Encode } from './encode-any.ts';
import { fits } from '../fit.ts';
import { deref, eachChild, resolveRef, setOwn, type JsonSchema } from '../json-schema.ts';
import { getMark } from '../mark.ts';
import { mergeObjects } from '../merge.ts';
import { compileChoice, hasTags } from './union.ts';
import type { Marked } from './traverse.ts';
import { EncodeError, under } from '../wire-error.ts';

/**
 * Compiles the encoder of a marked schema; undefined where its values are JSON already. A trusted schema is one that the
 * validator has just enforced: what it calls a string is not looked at.
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
      case 'leaf': {
        const leaf = leaves[mark.leaf]!;
        if (leaf.ownEncode === true)
          return (value) => (value === null || value === undefined ? value : leaf.encode(value));
        return leaf.name === 'Date' ? encodeDate : encodeAny;
      }
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
        if (depth > MAX_DEPTH) throw new EncodeError(`is nested deeper than ${MAX_DEPTH} levels`);
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
    if (!hasTags({ root, leaves }, branches)) {
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

  // Whether values below are encoded differently from what can be seen on them.
  function needsGuidance(raw: JsonSchema, depth: number): boolean {
    const node = deref(root, raw);
    const mark = getMark(node);
    if (mark?.is === 'map' || mark?.is === 'pairs' || depth > 6) return true;
    if (mark?.is === 'leaf') return leaves[mark.leaf]!.ownEncode === true;
    let found = false;
    eachChild(node, (child, keyword) => {
      found ||= keyword !== '$defs' && needsGuidance(child, depth + 1);
    });
    return found;
  }

  // The first branch whose wire form, made of the value, is what the branch says.
  function tryBranches(branches: readonly JsonSchema[], encoders: readonly (Encode | undefined)[]): Encode {
    return (value, encoding, depth) => {
      if (depth > MAX_DEPTH) throw new EncodeError(`is nested deeper than ${MAX_DEPTH} levels`);
      for (const [index, branch] of branches.entries()) {
        const encode = encoders[index] ?? encodeAny;
        const files = encoding.files?.fresh();
        const json = encode(value, files ? { ...encoding, files } : encoding, depth);
        if (json === undefined || !fits(branch, json, root, leaves)) continue;
        return files?.count ? encode(value, encoding, depth) : json;
      }
      return encodeAny(value, encoding, depth);
    };
  }

  function compileObject(node: JsonSchema): Encode | undefined {
    const others = node['additionalProperties'];
    const isClosed = others === false && isTrusted && node['patternProperties'] === undefined;
    const required = new Set(node.required ?? []);
    const fields: [key: string, encode: Encode | undefined][] = [];
    for (const [key, child] of Object.entries(node.properties ?? {})) {
      const encode = compile(child);
      // What is optional may be undefined, which is dropped.
      if (encode !== undefined || !required.has(key)) fields.push([key, encode]);
    }
    if (fields.length === 0 && isClosed) return undefined;
    const rest = isClosed ? undefined : compileRest(node);
    const known = node.properties ?? {};
    return (value, encoding, depth) => {
      if (typeof value !== 'object' || value === null || !isPlain(value))
        return encodeAny(value, encoding, depth);
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

function saysNumber({ type }: JsonSchema): boolean {
  const types = Array.isArray(type) ? type : [type];
  return types.includes('number') || types.includes('integer');
}

// `null` in its place would be another value, and no number either.
const encodeNumber: Encode = (value, encoding, depth) => {
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return value;
    throw new EncodeError(`is ${value}, and the schema says a number, which JSON cannot say it as`);
  }
  return typeof value === 'string' ? value : encodeAny(value, encoding, depth);
};

// An infinity or NaN in a union with numbers: a branch may have a word for it.
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

const encodeDate: Encode = (value, encoding, depth) => {
  if (!(value instanceof Date)) return encodeAny(value, encoding, depth);
  if (Number.isNaN(value.getTime())) throw new EncodeError('is an invalid date');
  const text = value.toISOString();
  // Years of six digits are in ECMA-262, not in the `date-time` that the schema promises.
  if (text.length > 24) throw new EncodeError(`is ${text}, and a date-time has a year from 0 to 9999`);
  return text;
};

function encodeUnder(
  encode: Encode,
  value: unknown,
  key: string | number,
  encoding: Parameters<Encode>[1],
  depth: number,
): unknown {
  try {
    return encode(value, encoding, depth);
  } catch (error) {
    throw under(key, error);
  }
}

function apply(
  encode: Encode | undefined,
  value: unknown,
  encoding: Parameters<Encode>[1],
  depth: number,
): unknown {
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
