import { isRecord } from '../record.ts';
import type { Input } from '../schema/input.ts';
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

/** Adds the arguments to the schema of an input. `decode` removes them again, so that the procedure does not see them. */
export function extendInput(input: Input, { dryRun, idempotent }: ExtraOptions): Input {
  const { properties } = input.schema;
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
    decode: (args) => input.decode(readExtras(args).rest),
    explain: (error, args) => input.explain(error, isRecord(args) ? splitExtras(args).rest : args),
  };
}

/** Separates the added arguments from the procedure's own. Throws a `WireError` when an added one is not valid. */
export function readExtras(args: unknown): Extras {
  if (!isRecord(args)) return { isDryRun: false, key: undefined, rest: args };
  const { _dryRun = false, _idempotencyKey: key, rest } = splitExtras(args);
  if (typeof _dryRun !== 'boolean') throw new WireError('expected true or false', ['_dryRun']);
  if (key === undefined) return { isDryRun: _dryRun, key, rest };
  if (typeof key !== 'string' || key === '' || key.length > mostCharacters) {
    throw new WireError(`expected a text of 1 to ${mostCharacters} characters`, ['_idempotencyKey']);
  }
  return { isDryRun: _dryRun, key, rest };
}

function splitExtras(args: Record<string, unknown>) {
  const { _dryRun, _idempotencyKey, ...rest } = args;
  const hasMore = Object.keys(rest).length > 0;
  const isOurs = _dryRun !== undefined || _idempotencyKey !== undefined;
  // A procedure that takes no input would refuse an empty object.
  return { _dryRun, _idempotencyKey, rest: isOurs && !hasMore ? undefined : rest };
}
