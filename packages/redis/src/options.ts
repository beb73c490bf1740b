import { SetupError, type SetupProblem } from '@trpc-mcp/core';

/** Throws for a name that is not an option. Without types, nobody else would notice it. */
export function checkOptions(of: string, options: object, names: Readonly<Record<string, true>>): void {
  const unknown = Object.keys(options).filter((name) => !Object.hasOwn(names, name));
  if (unknown.length === 0) return;
  const message = `it is not an option; the options are: ${Object.keys(names).join(', ')}`;
  throw new SetupError(
    unknown.map((name): SetupProblem => ({ code: 'OPTION_UNKNOWN', path: `${of}.${name}`, message })),
  );
}

/** The default of the option `onError`. */
export function print(error: Error): void {
  console.error('MCP failure:', error);
}
