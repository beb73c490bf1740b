/** What a middleware that may be bypassed does. */
export type BypassKind = 'authentication' | 'permissions';

const kindKey = Symbol.for('trpc-mcp.bypassable');

/** Marks a middleware function, so that `bypassKindsOf` finds it. */
export function markBypassable<TFunction extends object>(run: TFunction, kind: BypassKind): TFunction {
  return Object.assign(run, { [kindKey]: kind });
}

/** The kinds of the middlewares that are marked. */
export function bypassKindsOf(middlewares: readonly unknown[]): BypassKind[] {
  return middlewares.flatMap(
    (middleware) => (middleware as Partial<Record<symbol, BypassKind>>)[kindKey] ?? [],
  );
}
