/** What a middleware that may be bypassed is there for. */
export type BypassKind = 'authentication' | 'permissions';

const kindKey = Symbol.for('trpc-mcp.bypassable');

/** Marks a middleware function, for the walk to find. */
export function markBypassable<TFunction extends object>(run: TFunction, kind: BypassKind): TFunction {
  return Object.assign(run, { [kindKey]: kind });
}

/** What among these middlewares may be bypassed. */
export function bypassKindsOf(middlewares: readonly unknown[]): BypassKind[] {
  return middlewares.flatMap(
    (middleware) => (middleware as Partial<Record<symbol, BypassKind>>)[kindKey] ?? [],
  );
}
