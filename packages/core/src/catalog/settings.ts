import type { McpDefaults, McpMeta, McpSettings } from '../meta.ts';

/** A middleware that changes nothing. Its type fits `.use()` of every procedure builder. */
export interface PassThroughMiddleware {
  <TResult>(options: { next: () => Promise<TResult> }): Promise<TResult>;
}

const defaultsKey = Symbol.for('trpc-mcp.defaults');

/**
 * Gives settings to all procedures that are built on a base procedure: `t.procedure.use(mcpDefaults({ … }))`. It exposes
 * nothing by itself. For each key, the procedure's own `mcp` meta wins over the defaults, and a later `mcpDefaults` wins
 * over an earlier one. Scopes add up.
 */
export function mcpDefaults(settings: McpDefaults): PassThroughMiddleware {
  const passThrough: PassThroughMiddleware = ({ next }) => next();
  return Object.assign(passThrough, { [defaultsKey]: settings });
}

/**
 * Reads the settings of a procedure from its meta and from the `mcpDefaults` in its middlewares. Returns `undefined` when
 * the procedure is not exposed, else a new object, because procedures share their meta.
 */
export function settingsOf(meta: unknown, middlewares: readonly unknown[]): McpSettings | undefined {
  const own = (meta as McpMeta | undefined)?.mcp;
  if (own === undefined || own === null || own === false) return undefined;
  const layers: (McpSettings | undefined)[] = middlewares.map(
    (middleware) => (middleware as Partial<Record<symbol, McpDefaults>>)[defaultsKey],
  );
  if (own !== true) layers.push(own);
  const scopes = [...new Set(layers.flatMap((layer) => layer?.scopes ?? []))];
  // `visible: undefined` in one layer does not remove the `visible` of an earlier layer; so for every key.
  const said = layers
    .flatMap((layer) => Object.entries(layer ?? {}))
    .filter(([key, value]) => key !== 'scopes' && value !== undefined);
  return { ...(Object.fromEntries(said) as McpSettings), ...(scopes.length > 0 && { scopes }) };
}
