import { isRecord } from '../record.ts';
import { shareBudget } from '../schema/budget.ts';
import type { Input } from '../schema/input.ts';
import type { JsonSchema } from '../schema/json-schema.ts';
import { UnknownArguments } from '../schema/unknown-arguments.ts';
import { WireError } from '../schema/wire-error.ts';
import { findNearest } from '../nearest.ts';

/** Which arguments are added to those of the procedure. */
export interface ExtraOptions {
  /** Adds `_dryRun`. */
  dryRun: boolean;
  /** Adds `_idempotencyKey`. */
  idempotent: boolean;
  /** Adds `_fields`: with any paths, or with these. */
  fields: readonly string[] | boolean;
  /** Adds `_cursor`. */
  cursor: boolean;
}

/** The added arguments of a call, and the rest. */
export interface Extras {
  isDryRun: boolean;
  key: string | undefined;
  fields: readonly string[] | undefined;
  cursor: string | undefined;
  /** The procedure's own arguments. */
  rest: unknown;
}

type ExtraName = '_dryRun' | '_idempotencyKey' | '_fields' | '_cursor';

const mostCharacters = 255;
const mostFields = 100;

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
      'A text that is new for each change. Send the same one to try the same call again: it is done once',
  },
  _fields: {
    type: 'array',
    items: { type: 'string' },
    description: 'Returns these fields only, such as items.id',
  },
  _cursor: {
    type: 'string',
    description: 'From a result that was cut; the other arguments stay the same',
  },
} as const satisfies Record<ExtraName, JsonSchema>;

/** The arguments that are added, with their schemas. */
function toAdded({
  dryRun,
  idempotent,
  fields,
  cursor,
}: ExtraOptions): Partial<Record<ExtraName, JsonSchema>> {
  const { _dryRun, _idempotencyKey, _fields, _cursor } = schemas;
  const items = typeof fields === 'boolean' ? _fields.items : { type: 'string', enum: fields };
  return {
    ...(dryRun && { _dryRun }),
    ...(idempotent && { _idempotencyKey }),
    ...(fields !== false && { _fields: { ..._fields, items } }),
    ...(cursor && { _cursor }),
  };
}

/** Adds the arguments to the schema of an input. `decode` removes them again, so that the procedure does not see them. */
export function extendInput(input: Input, options: ExtraOptions): Input {
  const added = toAdded(options);
  const names = Object.keys(added);
  if (names.length === 0) return input;
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
    schema: { ...input.schema, properties: { ...input.schema.properties, ...added } },
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
  const none = { isDryRun: false, key: undefined, fields: undefined, cursor: undefined };
  if (!isRecord(args)) return { ...none, rest: args };
  const { taken, rest } = splitExtras(args, options);
  const { _dryRun = false, _idempotencyKey: key, _fields, _cursor: cursor } = taken;
  if (typeof _dryRun !== 'boolean') throw new WireError('expected true or false', ['_dryRun']);
  if (key !== undefined && (typeof key !== 'string' || key === '' || key.length > mostCharacters)) {
    throw new WireError(`expected a text of 1 to ${mostCharacters} characters`, ['_idempotencyKey']);
  }
  if (cursor !== undefined && typeof cursor !== 'string') {
    throw new WireError('expected the text that a result gave as _cursor', ['_cursor']);
  }
  return { isDryRun: _dryRun, key, fields: readFields(_fields, options.fields), cursor, rest };
}

/** Reads `_fields`. Models write one field, or several, also as a text. */
function readFields(sent: unknown, known: ExtraOptions['fields']): string[] | undefined {
  if (sent === undefined) return undefined;
  const fields = typeof sent === 'string' ? splitText(sent) : sent;
  if (!Array.isArray(fields) || fields.length > mostFields) {
    throw new WireError(`expected a list of at most ${mostFields} fields, such as ["items.id"]`, ['_fields']);
  }
  for (const [index, field] of fields.entries() as Iterable<[number, unknown]>) {
    if (typeof field !== 'string') throw new WireError('expected the path of a field', ['_fields', index]);
    if (typeof known === 'boolean' || known.includes(field)) continue;
    const nearest = findNearest(field, known);
    const advice = nearest === undefined ? '' : `did you mean "${nearest}"? `;
    throw new WireError(`there is no such field; ${advice}the fields are: ${known.join(', ')}`, [
      '_fields',
      index,
    ]);
  }
  return fields.length === 0 ? undefined : (fields as string[]);
}

function splitText(text: string): unknown {
  if (!text.startsWith('[')) return text.split(',').flatMap((field) => field.trim() || []);
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Takes the added arguments out of those that were sent. */
function splitExtras(
  args: Record<string, unknown>,
  options: ExtraOptions,
): { taken: Partial<Record<ExtraName, unknown>>; rest: Record<string, unknown> | undefined } {
  const rest = { ...args };
  const taken: Partial<Record<ExtraName, unknown>> = {};
  for (const name of namesOfExtras(options)) {
    if (!Object.hasOwn(args, name)) continue;
    delete rest[name];
    // Clients fill what they have nothing for. An empty key is refused all the same: somebody meant to be safe.
    const isFilled = args[name] === null || (args[name] === '' && name !== '_idempotencyKey');
    if (!isFilled) taken[name] = args[name];
  }
  const isOurs = Object.keys(rest).length < Object.keys(args).length;
  // An optional input is left out when nothing but ours was sent.
  return { taken, rest: isOurs && Object.keys(rest).length === 0 ? undefined : rest };
}

/** The names of the arguments that are added. */
export function namesOfExtras({ dryRun, idempotent, fields, cursor }: ExtraOptions): ExtraName[] {
  const names: ExtraName[] = [];
  if (dryRun) names.push('_dryRun');
  if (idempotent) names.push('_idempotencyKey');
  if (fields !== false) names.push('_fields');
  if (cursor) names.push('_cursor');
  return names;
}
