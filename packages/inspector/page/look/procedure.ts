import type { Tool } from '@modelcontextprotocol/client';
import { asRecord, asText, asTexts } from '../parts/record.ts';

/** What the endpoint tells this page about the procedure of a tool. Servers that are not ours tell nothing. */
export interface Procedure {
  path: string | undefined;
  /** `query`, `mutation` or `subscription`. */
  type: string | undefined;
  scopes: readonly string[];
  confirm: boolean;
  dryRun: boolean;
  rateLimit: { points: number; durationMs: number } | undefined;
  toolset: string | undefined;
}

/** Reads what is known of the procedure of a tool. */
export function procedureOf({ _meta: meta, inputSchema }: Tool): Procedure {
  const facts = asRecord(meta?.['trpc-mcp/procedure']) ?? {};
  const limit = asRecord(facts['rateLimit']);
  const [points, durationMs] = [limit?.['points'], limit?.['durationMs']];
  return {
    path: asText(facts['path']),
    type: asText(facts['type']),
    scopes: asTexts(facts['scopes'] ?? meta?.['scopes']),
    confirm: isSet(facts['confirm']) || meta?.['anthropic/requiresUserInteraction'] === true,
    dryRun: isSet(facts['dryRun']) || asRecord(inputSchema.properties)?.['_dryRun'] !== undefined,
    rateLimit:
      typeof points === 'number' && typeof durationMs === 'number' ? { points, durationMs } : undefined,
    toolset: asText(facts['toolset']),
  };
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== false && value !== null;
}
