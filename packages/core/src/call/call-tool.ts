import { type Extras, readExtras } from '../catalog/extra.ts';
import type { Tool } from '../catalog/tool.ts';
import { type CallHost, callItem, type CallParts } from './call.ts';
import type { CallRequest } from './active-call.ts';
import type { Outcome } from './outcome.ts';
import { digest } from './digest.ts';
import { type Ran, runOnce } from './once.ts';
import { toToolResult } from './result.ts';

/** Calls a tool: for once, where a key says so, or only to tell what it would do. It never rejects. */
export async function callTool(
  parts: CallParts,
  tool: Tool,
  args: unknown,
  request: CallRequest,
  host: CallHost,
): Promise<Outcome | undefined> {
  const run = () => callItem(parts, tool, args, request, host, toToolResult);
  if (!tool.dryRunner && !tool.isIdempotent) return run();
  const extras = toExtras(args);
  // What is wrong with them is told as of any argument.
  if (!extras) return run();
  const { isDryRun, key, rest } = extras;
  if (isDryRun && tool.dryRunner) {
    // Whoever may not know of the tool, may not know what it would do.
    const dryRunner = { ...tool.dryRunner, visible: tool.visible, scopes: tool.scopes };
    return callItem(parts, dryRunner, rest, request, host, toToolResult);
  }
  if (key === undefined || !tool.isIdempotent) return run();
  try {
    const at = await digest([tool.path, await request.caller(), key]);
    return await runOnce(parts.store, at, await digest(rest ?? {}), request.era, tool.path, async () => {
      const told: Ran['told'] = {};
      const outcome = await callItem(parts, tool, args, request, host, async (_, value, era) => {
        for (const each of ['modern', 'legacy'] as const) told[each] = await toToolResult(tool, value, each);
        return told[era]!;
      });
      return { outcome, told };
    });
  } catch (thrown) {
    return toUnavailable(parts, tool, thrown);
  }
}

function toExtras(args: unknown): Extras | undefined {
  try {
    return readExtras(args);
  } catch {
    return undefined;
  }
}

/** Nothing has run: the store that would remember it cannot be reached. */
function toUnavailable({ report }: CallParts, { name, path }: Tool, thrown: unknown): Outcome {
  const code = 'SERVICE_UNAVAILABLE';
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  report({ error, reference: crypto.randomUUID(), tool: name, path }, { isForApp: true });
  const text = `${code}: what remembers the _idempotencyKey cannot be reached right now, so that nothing was done\nTry once more later.`;
  return { failed: { code, text, meta: { code, httpStatus: 503, path } }, status: 200 };
}
