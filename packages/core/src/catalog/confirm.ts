import type { McpSettings } from '../meta.ts';
import type { Input } from '../schema/input.ts';
import type { JsonObjectSchema } from '../schema/json-schema.ts';
import { SchemaProblem } from '../schema/problem.ts';

/** The question that a person answers before a tool runs. */
export interface Confirm {
  /** The parts of the question. Those with an odd index are names of arguments. */
  pieces: readonly string[];
  /** The arguments that the schema names. */
  names: readonly string[];
  /** The arguments that this package has added, such as `_idempotencyKey`. The person is not shown them. */
  added: readonly string[];
  /** What happens when the client cannot ask. */
  fallback: 'refuse' | 'proceed';
}

/** Reads `confirm`. Throws a `SchemaProblem` when it names an argument that does not exist. */
export function toConfirm(
  { confirm, confirmFallback: fallback = 'refuse' }: McpSettings,
  title: string,
  { schema, renamed }: Input,
  extended: JsonObjectSchema,
): Confirm | undefined {
  if (confirm === undefined) return undefined;
  const names = Object.keys(schema.properties ?? {});
  const added = Object.keys(extended.properties ?? {}).filter((name) => !names.includes(name));
  const written = confirm === true ? [`${title}?`] : confirm.split(/\{([^{}]+)\}/);
  // The app may name an argument as its schema does, or as clients do.
  const pieces = written.map((piece, index) => (index % 2 === 1 && renamed?.get(piece)) || piece);
  const unknown = pieces.find((piece, index) => index % 2 === 1 && !names.includes(piece));
  if (unknown !== undefined) {
    const message = `mcp.confirm names {${unknown}}, which is not an argument; the arguments are: ${names.join(', ') || 'none'}`;
    throw new SchemaProblem('CONFIRM_UNKNOWN', message);
  }
  return { pieces, names, added, fallback };
}
