import type { Tool } from '@modelcontextprotocol/client';

/** The arguments that this package adds to those of a procedure. The page has switches for them. */
export const extraNames = ['_dryRun', '_idempotencyKey', '_fields', '_cursor'] as const;

/** What the switches say. An absent one is not sent. */
export interface Extras {
  _dryRun?: boolean;
  _idempotencyKey?: string;
  _fields?: string[];
  _cursor?: string;
}

/** The switches that a tool has. */
export function extrasOf({ inputSchema }: Tool): (typeof extraNames)[number][] {
  return extraNames.filter((name) => Object.hasOwn(inputSchema.properties ?? {}, name));
}

/** Separates the arguments of the procedure from those of the switches that the tool has. */
export function splitExtras(
  tool: Tool,
  args: Readonly<Record<string, unknown>>,
): { own: Record<string, unknown>; extras: Extras } {
  const known: readonly string[] = extrasOf(tool);
  const entries = Object.entries(args);
  return {
    own: Object.fromEntries(entries.filter(([name]) => !known.includes(name))),
    extras: Object.fromEntries(
      entries.filter(([name, value]) => known.includes(name) && isFitting(name, value)),
    ) as Extras,
  };
}

function isFitting(name: string, value: unknown): boolean {
  if (name === '_dryRun') return typeof value === 'boolean';
  return name === '_fields'
    ? Array.isArray(value) && value.every((field) => typeof field === 'string')
    : typeof value === 'string';
}
