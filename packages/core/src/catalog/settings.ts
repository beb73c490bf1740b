import type { McpDefaults, McpMeta, McpSettings } from '../meta.ts';
import { isRecord } from '../record.ts';
import { setOwn } from '../schema/json-schema.ts';
import { toResultSettings } from './result-settings.ts';
import { TagError } from './tag.ts';

/** A middleware that changes nothing. Its type fits `.use()` of every procedure builder. */
export interface PassThroughMiddleware {
  <TResult>(options: { next: () => Promise<TResult> }): Promise<TResult>;
}

const defaultsKey = Symbol.for('trpc-mcp.defaults');

/**
 * Gives settings to all procedures that are built on a base procedure: `t.procedure.use(mcpDefaults({ … }))`. It exposes
 * nothing by itself. For each key, the procedure's own `mcp` meta wins over the defaults, and a later `mcpDefaults` wins
 * over an earlier one. Scopes add up, and `result` is merged key by key.
 */
export function mcpDefaults(settings: McpDefaults): PassThroughMiddleware {
  const passThrough: PassThroughMiddleware = ({ next }) => next();
  return Object.assign(passThrough, { [defaultsKey]: settings });
}

/** Says what the option `tag` answers about a procedure. Without the option, there is no such function. */
export type AskTag = () => boolean | McpSettings | undefined;

/**
 * Reads the settings of a procedure: from the `mcpDefaults` in its middlewares, from the option `tag`, and from its meta,
 * which wins. Returns `undefined` when the procedure is not exposed, else a new object, because procedures share their meta.
 * Throws a `TagError` for what cannot be understood, such as `mcp: ''`, which a condition in front of settings may leave.
 */
export function settingsOf(
  meta: unknown,
  middlewares: readonly unknown[],
  askTag?: AskTag,
): McpSettings | undefined {
  const own = (meta as McpMeta | undefined)?.mcp ?? undefined;
  if (own === false) return undefined;
  if (own !== undefined && own !== true && !isRecord(own)) throw new TagError(toMessage(own), 'META_UNKNOWN');
  const said = askTag?.();
  const isTagged = said !== undefined && said !== false;
  // The meta of trpc-to-mcp, which says nothing to us: where there is a `tag`, that has read it.
  const isForeign = askTag !== undefined && isRecord(own) && 'enabled' in own;
  if (isForeign && own['enabled'] === false) return undefined;
  if (!isTagged && (own === undefined || isForeign)) return undefined;
  const layers: (McpSettings | undefined)[] = middlewares.map(
    (middleware) => (middleware as Partial<Record<symbol, McpDefaults>>)[defaultsKey],
  );
  if (isRecord(said)) layers.push(said);
  if (own !== undefined && own !== true) layers.push(isForeign && isTagged ? withoutForeign(own) : own);
  // Every procedure is read, so this is one loop.
  const settings: McpSettings = {};
  let scopes: string[] | undefined;
  let hasResult = false;
  for (const layer of layers) {
    if (!layer) continue;
    // An app without types may give one scope alone.
    if (layer.scopes) (scopes ??= []).push(...[layer.scopes].flat());
    hasResult ||= layer.result !== undefined;
    for (const key of Object.keys(layer)) {
      const value = layer[key as keyof McpSettings];
      // `visible: undefined` in one layer does not remove the `visible` of an earlier layer; so for every key.
      if (key !== 'scopes' && value !== undefined) setOwn(settings, key, value);
    }
  }
  if (scopes && scopes.length > 0) settings.scopes = [...new Set(scopes)];
  if (hasResult) {
    const result = toResultSettings(...layers.map((layer) => layer?.result));
    if (result !== undefined) settings.result = result;
  }
  return settings;
}

function toMessage(own: unknown): string {
  const given = typeof own === 'string' ? JSON.stringify(own) : Array.isArray(own) ? 'a list' : String(own);
  return `mcp is ${given}; it has to be true, false or settings such as { description }`;
}

const foreignKeys = new Set(['enabled', 'transformMcpProcedure']);

/** What the meta of trpc-to-mcp has in common with ours. A text that is empty says nothing there. */
function withoutForeign(own: McpSettings): McpSettings {
  return Object.fromEntries(
    Object.entries(own).filter(([key, value]) => !foreignKeys.has(key) && value !== ''),
  );
}
