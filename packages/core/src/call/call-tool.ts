import { type Extras, readExtras } from '../catalog/extra.ts';
import type { Tool } from '../catalog/tool.ts';
import { toCallerKey } from './caller.ts';
import type { CallRequest } from './active-call.ts';
import { type CallHost, callItem, type CallParts } from './call.ts';
import { digest } from './digest.ts';
import { reportThrown } from './failure.ts';
import { type Ran, runOnce } from './once.ts';
import type { FailureOutcome, Outcome } from './outcome.ts';
import { toToolResult } from './result.ts';

/** Calls a tool, once for each idempotency key, or calls its dry run. Never rejects. */
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
  // Invalid extras are reported as invalid arguments, like any other.
  if (!extras) return run();
  const { isDryRun, key, rest } = extras;
  if (isDryRun && tool.dryRunner) {
    // A caller who may not call the tool may not call its dry run either.
    const dryRunner = { ...tool.dryRunner, visible: tool.visible, scopes: tool.scopes };
    return callItem(parts, dryRunner, rest, request, host, toToolResult);
  }
  if (key === undefined || !tool.isIdempotent) return run();
  try {
    const at = await digest([tool.path, toCallerKey(await request.caller()), key]);
    return await runOnce(parts.store, at, await digest(rest ?? {}), request.era, tool.path, async () => {
      const results: Ran['results'] = {};
      const outcome = await callItem(parts, tool, args, request, host, async (_, value, era) => {
        for (const each of ['modern', 'legacy'] as const)
          results[each] = await toToolResult(tool, value, each);
        return results[era]!;
      });
      return { outcome, results };
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

/** The store of idempotency keys cannot be reached, so the tool was not called. */
function toUnavailable({ report }: CallParts, tool: Tool, thrown: unknown): FailureOutcome {
  const code = 'SERVICE_UNAVAILABLE';
  reportThrown(report, thrown, tool);
  const text = `${code}: the store of the _idempotencyKey cannot be reached right now, so nothing was done\nTry once more later.`;
  return { kind: 'failure', code, text, meta: { code, httpStatus: 503, path: tool.path }, status: 200 };
}
