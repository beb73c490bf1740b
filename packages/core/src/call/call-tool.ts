import { type Extras, readExtras } from '../catalog/extra.ts';
import type { FileLink, Tool } from '../catalog/tool.ts';
import type { CallRequest } from './active-call.ts';
import { type CallHost, callItem, type CallParts, type ToResult } from './call.ts';
import { toFileLink } from './file-link.ts';
import type { Outcome } from './outcome.ts';
import { toToolResult } from './result.ts';

/** Calls a tool, once for each idempotency key, or calls its dry run. Never rejects. */
export async function callTool(
  parts: CallParts,
  tool: Tool,
  args: unknown,
  request: CallRequest,
  host: CallHost,
): Promise<Outcome | undefined> {
  const run = () =>
    callItem(parts, tool, args, request, host, tool.link ? toLinking(tool.link, args) : toPlain);
  if (!tool.dryRunner && !tool.isIdempotent) return run();
  const extras = toExtras(tool, args);
  // Invalid extras are reported as invalid arguments, like any other.
  if (!extras) return run();
  const { isDryRun, key, rest } = extras;
  if (isDryRun && tool.dryRunner) {
    return callItem(parts, tool.dryRunner, rest, request, host, toPlain);
  }
  if (key === undefined || !tool.isIdempotent) return run();
  const keyed = parts.keys.open({
    tool,
    key,
    args: rest,
    request,
    left: host.signal,
    toResult: (value, era, yielded) => toPlain(tool, value, era, yielded),
  });
  const toResult: ToResult<Tool> = (_, value, era, yielded) => keyed.toResult(value, era, yielded);
  const outcome = await callItem(parts, tool, args, request, host, toResult, keyed);
  await keyed.leave(outcome);
  return outcome;
}

const toPlain: ToResult<Tool> = (tool, value, era, yielded) =>
  yielded ? toToolResult(tool, value, era, { yielded }) : toToolResult(tool, value, era);

/** Converts the results of a tool whose procedure is a resource too: a large file becomes a link to that. */
function toLinking(link: FileLink, args: unknown): ToResult<Tool> {
  return (tool, value, era, yielded) => {
    const linking = toFileLink(tool, link, args, value);
    if (!linking) return toPlain(tool, value, era, yielded);
    return linking.then((made) => toToolResult(tool, value, era, { yielded, link: made }));
  };
}

function toExtras(tool: Tool, args: unknown): Extras | undefined {
  try {
    return readExtras(args, { dryRun: tool.dryRun !== undefined, idempotent: tool.isIdempotent });
  } catch {
    return undefined;
  }
}
