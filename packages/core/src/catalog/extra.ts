import { isRecord } from '../record.ts';
import { shareBudget } from '../schema/budget.ts';
import type { Input } from '../schema/input.ts';
import { UnknownArguments } from '../schema/unknown-arguments.ts';
import { WireError } from '../schema/wire-error.ts';

/** Which arguments are added to those of the procedure. */
export interface ExtraOptions {
  /** Adds `_dryRun`. */
  dryRun: boolean;
  /** Adds `_idempotencyKey`. */
  idempotent: boolean;
}

/** The added arguments of a call, and the rest. */
export interface Extras {
  isDryRun: boolean;
  key: string | undefined;
  /** The procedure's own arguments. */
  rest: unknown;
}

const mostCharacters = 255;

const schemas = {
  _dryRun: {
    type: 'boolean',
    description: 'true tells what the call would do, and changes nothing',
  },
  _idempotencyKey: {
    type: 'string',
    minLength: 1,
    maxLength: mostCharacters,
    description:
      'Any text that is new for each change. Send the same one when you try the same call again, so that it is done once',
  },
} as const;

/** The names of the arguments that are added. */
export function namesOfExtras({ dryRun, idempotent }: ExtraOptions): string[] {
  return [...(dryRun ? ['_dryRun'] : []), ...(idempotent ? ['_idempotencyKey'] : [])];
}

/** Adds the arguments to the schema of an input. `decode` removes them again, so that the procedure does not see them. */
export function extendInput(input: Input, options: ExtraOptions): Input {
  const { dryRun, idempotent } = options;
  const { properties } = input.schema;
  const names = namesOfExtras(options);
  const decode = (args: unknown): unknown => {
    const { rest } = readExtras(args, options);
    shareBudget(rest, args);
    try {
      return input.decode(rest);
    } catch (error) {
      throw error instanceof UnknownArguments ? error.withKnown(names) : error;
    } finally {
      shareBudget(args, rest);
    }
  };
  return {
    ...input,
    schema: {
      ...input.schema,
      properties: {
        ...properties,
        ...(dryRun && { _dryRun: schemas._dryRun }),
        ...(idempotent && { _idempotencyKey: schemas._idempotencyKey }),
      },
    },
    decode,
    explain(error, args) {
      const rest = isRecord(args) ? splitExtras(args, options).rest : args;
      shareBudget(rest, args);
      return input.explain(error, rest);
    },
  };
}

/**
 * Separates the added arguments from the procedure's own, to which one that was not added belongs. Throws a `WireError`
 * when an added one is not valid.
 */
export function readExtras(args: unknown, options: ExtraOptions): Extras {
  if (!isRecord(args)) return { isDryRun: false, key: undefined, rest: args };
  const { _dryRun = false, _idempotencyKey: key, rest } = splitExtras(args, options);
  if (typeof _dryRun !== 'boolean') throw new WireError('expected true or false', ['_dryRun']);
  if (key === undefined) return { isDryRun: _dryRun, key, rest };
  if (typeof key !== 'string' || key === '' || key.length > mostCharacters) {
    throw new WireError(`expected a text of 1 to ${mostCharacters} characters`, ['_idempotencyKey']);
  }
  return { isDryRun: _dryRun, key, rest };
}

function splitExtras(args: Record<string, unknown>, { dryRun, idempotent }: ExtraOptions) {
  const rest = { ...args };
  // Clients fill what they have nothing for. An empty key is refused all the same: somebody meant to be safe.
  const take = (name: keyof typeof schemas, isAdded: boolean): unknown => {
    if (!isAdded || !Object.hasOwn(args, name)) return undefined;
    delete rest[name];
    return args[name] === null || (name === '_dryRun' && args[name] === '') ? undefined : args[name];
  };
  const [_dryRun, _idempotencyKey] = [take('_dryRun', dryRun), take('_idempotencyKey', idempotent)];
  const isOurs = Object.keys(rest).length < Object.keys(args).length;
  // An optional input is left out when nothing but ours was sent.
  return { _dryRun, _idempotencyKey, rest: isOurs && Object.keys(rest).length === 0 ? undefined : rest };
}
