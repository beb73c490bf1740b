import { isRecord } from '../record.ts';
import { shareBudget } from '../schema/budget.ts';
import type { Rename } from '../schema/explain/explain.ts';
import type { Input } from '../schema/input.ts';
import { type UnknownArgument, UnknownArguments } from '../schema/unknown-arguments.ts';
import { EncodeError, WireError } from '../schema/wire-error.ts';
import { renameKeys, renameProperties } from './renamed-schema.ts';

/**
 * Lets clients call arguments of the root by other names: `renamed` has the name for clients of each that the app calls
 * otherwise. An argument by its name in the app is one that the input does not know, also where others pass.
 */
export function renameInput(input: Input, renamed: ReadonlyMap<string, string>): Input {
  const schema = renameProperties(input.schema, renamed);
  const known = Object.keys(schema.properties ?? {});
  const owns = new Map(Array.from(renamed, ([own, name]) => [name, own]));
  const toName = (own: string): string => renamed.get(own) ?? own;
  const toOwn = (args: Record<string, unknown>): Record<string, unknown> => {
    const taken = Object.entries(args).filter(([key]) => !renamed.has(key));
    return renameKeys(Object.fromEntries(taken), owns);
  };
  const rename: Rename = ([first, ...rest]) =>
    first === undefined ? [] : [typeof first === 'string' ? toName(first) : first, ...rest];
  const toUnknown = (args: Record<string, unknown>): UnknownArgument[] =>
    Object.keys(args)
      .filter((key) => renamed.has(key))
      .map((key) => ({ at: [], key, known, aliases: renamed }));
  const renameUnknown = (each: UnknownArgument): UnknownArgument =>
    each.at.length === 0
      ? { ...each, known: each.known.map(toName), aliases: renamed }
      : { ...each, at: rename(each.at) };
  const toNames = (args: unknown): unknown => {
    if (!isRecord(args)) return args;
    const taken = Object.keys(args).find((key) => owns.has(key));
    if (taken === undefined) return renameKeys(args, renamed);
    throw new EncodeError(`cannot be sent: that is the name of ${JSON.stringify(owns.get(taken))}`, [taken]);
  };

  return {
    ...input,
    schema,
    renamed,
    fileArguments: input.fileArguments.map(toName),
    decode(args) {
      if (!isRecord(args)) return input.decode(args);
      const unknown = toUnknown(args);
      const own = toOwn(args);
      shareBudget(own, args);
      try {
        const value = input.decode(own);
        if (unknown.length === 0) return value;
      } catch (error) {
        if (error instanceof UnknownArguments) {
          const first = [...unknown, ...error.first.map(renameUnknown)];
          throw new UnknownArguments(first.slice(0, mostTold), unknown.length + error.count);
        }
        if (!(error instanceof WireError)) throw error;
        if (unknown.length === 0) throw error.at(rename(error.keys));
      } finally {
        shareBudget(args, own);
      }
      throw new UnknownArguments(unknown.slice(0, mostTold), unknown.length);
    },
    encode(value) {
      const args = input.encode(value);
      return args instanceof Promise ? args.then(toNames) : toNames(args);
    },
    explain(error, args) {
      if (!isRecord(args)) return input.explain(error, args, rename);
      const own = toOwn(args);
      shareBudget(own, args);
      return input.explain(error, own, rename);
    },
  };
}

/** How many unknown arguments are told; the others are counted. */
const mostTold = 10;
