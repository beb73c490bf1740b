import type { McpSettings } from '../meta.ts';
import type { JsonObjectSchema } from '../schema/json-schema.ts';
import { SchemaProblem } from '../schema/problem.ts';

/** The question that a person answers before a tool runs. */
export interface Confirm {
  toMessage(args: unknown): string;
  /** What happens when the client cannot ask. */
  fallback: 'refuse' | 'proceed';
}

/** Reads `confirm`. Throws a `SchemaProblem` when it names an argument that does not exist. */
export function toConfirm(
  { confirm, confirmFallback = 'refuse' }: McpSettings,
  title: string,
  schema: JsonObjectSchema,
): Confirm | undefined {
  if (confirm === undefined) return undefined;
  const names = Object.keys(schema.properties ?? {});
  if (confirm === true) {
    const toMessage = (args: unknown) =>
      [`${title}?`, ...names.flatMap((name) => lineOf(args, name))].join('\n');
    return { fallback: confirmFallback, toMessage };
  }
  // The pieces with an odd index are names of arguments.
  const pieces = confirm.split(/\{([^{}]+)\}/);
  const unknown = pieces.find((piece, index) => index % 2 === 1 && !names.includes(piece));
  if (unknown !== undefined) {
    const message = `mcp.confirm names {${unknown}}, which is not an argument; the arguments are: ${names.join(', ') || 'none'}`;
    throw new SchemaProblem('CONFIRM_UNKNOWN', message);
  }
  return {
    fallback: confirmFallback,
    toMessage: (args) =>
      pieces.map((piece, index) => (index % 2 === 1 ? textOf(valueOf(args, piece)) : piece)).join(''),
  };
}

function lineOf(args: unknown, name: string): string[] {
  const value = valueOf(args, name);
  return value === undefined ? [] : [`${name}: ${textOf(value)}`];
}

function valueOf(args: unknown, name: string): unknown {
  if (typeof args !== 'object' || args === null || !Object.hasOwn(args, name)) return undefined;
  return (args as Record<string, unknown>)[name];
}

/** A longer value is cut off, because a person reads it in a small window. */
const mostCharacters = 200;

function textOf(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '(not given)');
  return text.length > mostCharacters ? `${text.slice(0, mostCharacters)}…` : text;
}
