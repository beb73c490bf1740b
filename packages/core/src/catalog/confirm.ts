import type { McpSettings } from '../meta.ts';
import type { Input } from '../schema/input.ts';
import type { JsonObjectSchema } from '../schema/json-schema.ts';
import { SchemaProblem } from '../schema/problem.ts';

/** The question that a person answers before a tool runs. */
export interface Confirm {
  /** The parts of the question. Those with an odd index are names of arguments, or of fields of what the query returns. */
  pieces: readonly string[];
  /** The arguments that the schema names. */
  names: readonly string[];
  /** The arguments that this package has added, such as `_idempotencyKey`. The person is not shown them. */
  added: readonly string[];
  /** What happens when the client cannot ask. */
  fallback: 'refuse' | 'proceed';
  /** The path of the query that fills the question. */
  with: string | undefined;
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
  const { question, with: path } =
    typeof confirm === 'object' ? confirm : { question: confirm, with: undefined };
  const written = question === true ? [`${title}?`] : question.split(/\{([^{}]+)\}/);
  // The app may name an argument as its schema does, or as clients do.
  const pieces = written.map((piece, index) => (index % 2 === 1 && renamed?.get(piece)) || piece);
  const made: Confirm = { pieces, names, added, fallback, with: path };
  // What a query returns is known when it is found.
  const unknown = path === undefined ? findUnknown(made, []) : undefined;
  if (unknown !== undefined) {
    const message = `mcp.confirm names {${unknown}}, which is not an argument; the arguments are: ${join(names)}`;
    throw new SchemaProblem('CONFIRM_UNKNOWN', message);
  }
  return made;
}

/** Finds a name in the question that stands for nothing. */
export function findUnknown({ pieces, names }: Confirm, fields: readonly string[]): string | undefined {
  return pieces.find((piece, index) => index % 2 === 1 && !names.includes(piece) && !fields.includes(piece));
}

export function join(names: readonly string[]): string {
  return names.join(', ') || 'none';
}
