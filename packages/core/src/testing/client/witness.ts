import { AsyncLocalStorage } from 'node:async_hooks';
import type { Catalog, CatalogSource } from '../../catalog/catalog.ts';
import type { Tool } from '../../catalog/tool.ts';
import { isRecord } from '../../record.ts';
import { isMcpContent } from '../../schema/content.ts';
import type { Encoded } from '../../schema/output.ts';
import { formatPath } from '../../schema/wire-error.ts';

/**
 * What the procedure of one call returned, before it was encoded. Without an `.output()`, the returned value cannot
 * be made from the JSON again. This value then shows whether it equals its JSON; the types alone cannot show that.
 */
export interface Witness {
  returned?: { value: unknown; encoded: Encoded | Promise<Encoded> } | undefined;
}

const storage = new AsyncLocalStorage<Witness>();

/** Runs a call with its own witness. */
export function runWitnessed<T>(witness: Witness, call: () => Promise<T>): Promise<T> {
  return storage.run(witness, call);
}

/** Wraps a catalog so that its tools store what they return in the witness of the call. */
export function withWitness(source: CatalogSource): CatalogSource {
  const made = new WeakMap<Catalog, Catalog>();
  const wrap = (catalog: Catalog): Catalog => {
    let wrapped = made.get(catalog);
    if (!wrapped) made.set(catalog, (wrapped = { ...catalog, tools: wrapAll(catalog.tools) }));
    return wrapped;
  };
  return {
    get current() {
      return source.current && wrap(source.current);
    },
    whole: source.whole.then(wrap),
    problems: source.problems,
    leftOut: source.leftOut,
    refused: source.refused,
  };
}

function wrapAll(tools: Catalog['tools']): Catalog['tools'] {
  return new Map(Array.from(tools, ([name, tool]) => [name, wrapTool(tool)]));
}

function wrapTool(tool: Tool): Tool {
  const encode: Tool['output']['encode'] = (value) => {
    const encoded = tool.output.encode(value);
    const witness = storage.getStore();
    if (witness) witness.returned = { value, encoded };
    return encoded;
  };
  const { dryRunner } = tool;
  return {
    ...tool,
    output: { ...tool.output, encode },
    dryRunner: dryRunner && wrapTool(dryRunner),
  };
}

/**
 * What the calls with an idempotency key have returned: a call that repeats one is given its answer, and the procedure does
 * not run.
 */
export class Replays {
  readonly #returned = new Map<string, Witness['returned']>();

  /** Remembers what this call returned, or fills in what the call that it repeats returned. */
  settle(witness: Witness, name: string, args: unknown): void {
    if (!isRecord(args) || args[keyArgument] === undefined) return;
    const call = JSON.stringify([name, args[keyArgument]]);
    if (witness.returned) this.#returned.set(call, witness.returned);
    else witness.returned = this.#returned.get(call);
  }
}

const keyArgument = '_idempotencyKey';

/**
 * Describes the first part of a value that is not plain JSON, such as `a Date at since`; `undefined` if all of it is.
 */
export function findForeign(value: unknown, keys: readonly (string | number)[] = []): string | undefined {
  const here = (what: string) => (keys.length === 0 ? what : `${what} at ${formatPath(keys)}`);
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'undefined':
      return undefined;
    case 'number':
      return Number.isFinite(value) ? undefined : here(String(value));
    case 'object':
      break;
    default:
      return here(`a ${typeof value}`);
  }
  if (value === null) return undefined;
  if (isMcpContent(value)) return here('ready-made content');
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) {
    return here(`a ${value.constructor.name}`);
  }
  for (const [key, item] of Object.entries(value)) {
    const found = findForeign(item, [...keys, Array.isArray(value) ? Number(key) : key]);
    if (found !== undefined) return found;
  }
  return undefined;
}
