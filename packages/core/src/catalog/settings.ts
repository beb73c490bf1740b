import type { McpDefaults, McpMeta, McpSettings } from '../meta.ts';

/** Passes a call through untouched. Its type fits `.use()` of every procedure builder. */
export interface PassThroughMiddleware {
  <TResult>(options: { next: () => Promise<TResult> }): Promise<TResult>;
}

const defaultsKey = Symbol.for('trpc-mcp.defaults');

/**
 * Gives a base procedure settings for all its leaves: `t.procedure.use(mcpDefaults({ … }))`. It exposes nothing by
 * itself. A leaf's own `mcp` meta wins key by key, and so does a later `mcpDefaults` over an earlier one; scopes add up.
 */
export function mcpDefaults(settings: McpDefaults): PassThroughMiddleware {
  const passThrough: PassThroughMiddleware = ({ next }) => next();
  return Object.assign(passThrough, { [defaultsKey]: settings });
}

/**
 * The settings of a procedure, from its meta and the `mcpDefaults` in its middlewares; `undefined` when it is not
 * exposed. Always a new object: meta is shared between procedures and is never changed.
 */
export function settingsOf(meta: unknown, middlewares: readonly unknown[]): McpSettings | undefined {
  const own = (meta as McpMeta | undefined)?.mcp;
  if (own === undefined || own === null || own === false) return undefined;
  const layers: (McpSettings | undefined)[] = middlewares.map(
    (middleware) => (middleware as Partial<Record<symbol, McpDefaults>>)[defaultsKey],
  );
  if (own !== true) layers.push(own);
  const scopes = [...new Set(layers.flatMap((layer) => layer?.scopes ?? []))];
  // A key that is there and says nothing takes nothing away: least of all a `visible` that hides.
  const said = layers
    .flatMap((layer) => Object.entries(layer ?? {}))
    .filter(([key, value]) => key !== 'scopes' && value !== undefined);
  return { ...(Object.fromEntries(said) as McpSettings), ...(scopes.length > 0 && { scopes }) };
}
