import type { McpResultSettings } from '../meta.ts';
import { isRecord } from '../record.ts';

/**
 * Merges what the handler, base procedures and the procedure itself say of results, key by key: the last one wins. Returns
 * a value of a wrong kind as it is, so that it is reported.
 */
export function toResultSettings(
  ...layers: readonly (McpResultSettings | undefined)[]
): McpResultSettings | undefined {
  const given = layers.filter((layer) => layer !== undefined);
  if (given.length === 0) return undefined;
  const wrong = given.find((layer) => !isRecord(layer));
  if (wrong !== undefined) return wrong;
  const entries = given.flatMap((layer) => Object.entries(layer)).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries);
}
