import { type Extras, readExtras } from '../catalog/extra.ts';
import type { Tool } from '../catalog/tool.ts';
import { isRecord } from '../record.ts';
import { WireError } from '../schema/wire-error.ts';
import type { CallRequest } from './active-call.ts';
import { type CallHost, callItem, type CallParts, type ToResult } from './call.ts';
import { toFileLink } from './file-link.ts';
import type { Outcome } from './outcome.ts';
import type { Continuation, HandleOwner } from './portion/handle.ts';
import type { PortionRequest } from './portion/request.ts';
import { toToolResult } from './result.ts';

/**
 * Calls a tool as its added arguments ask for it: its dry run, once for each idempotency key, or for a part of its result.
 * Never rejects. Not an async function, because each one on the way makes a call slower, and most tools have no such argument.
 */
export function callTool(
  parts: CallParts,
  tool: Tool,
  args: unknown,
  request: CallRequest,
  host: CallHost,
  /** Makes the result in place of this file, for a tool that gives all of it. */
  toOwn?: ToResult<Tool>,
): Promise<Outcome | undefined> {
  if (tool.portion || tool.dryRunner || tool.isIdempotent)
    return callWithExtras(parts, tool, args, request, host, toOwn);
  return callItem(parts, tool, args, request, host, toOwn ?? toConverter(tool, args, undefined));
}

async function callWithExtras(
  parts: CallParts,
  tool: Tool,
  args: unknown,
  request: CallRequest,
  host: CallHost,
  toOwn: ToResult<Tool> | undefined,
): Promise<Outcome | undefined> {
  const { portion } = tool;
  const run = (called: Tool, asked?: PortionRequest) =>
    callItem(parts, called, args, request, host, toOwn ?? toConverter(called, args, asked));
  const extras = toExtras(tool, args);
  // Invalid extras are reported as invalid arguments, like any other.
  if (!extras) return run(tool);
  const { isDryRun, key, fields, cursor, rest } = extras;
  if (isDryRun && tool.dryRunner) {
    return callItem(parts, tool.dryRunner, rest, { ...request, purpose: 'dryRun' }, host, toOwn ?? toPlain);
  }
  const owner = {
    tool,
    args: fields ? { ...toRecord(rest), _fields: fields } : rest,
    caller: request.caller,
  };
  const from = cursor === undefined ? undefined : await openHandle(parts, cursor, owner);
  if (from instanceof WireError) return run(refusing(tool, from));
  const asked: PortionRequest | undefined = portion && {
    args: rest,
    fields,
    from,
    toHandle: (continuation) => parts.handles.seal(continuation, owner),
  };
  if (key === undefined || !tool.isIdempotent) return run(tool, asked);
  const convert = toOwn ?? toConverter(tool, args, asked);
  const keyed = parts.keys.open({
    tool,
    key,
    // A call that asks for other fields is another call: what is kept has those of the first.
    args: owner.args,
    request,
    // A task outlives its request, whose signal some hosts abort after each answer.
    left: request.task ? undefined : host.signal,
    toResult: (value, era, yielded) => convert(tool, value, era, yielded),
  });
  const toResult: ToResult<Tool> = (_, value, era, yielded) => keyed.toResult(value, era, yielded);
  const outcome = await callItem(parts, tool, args, request, host, toResult, keyed);
  await keyed.leave(outcome);
  return outcome;
}

/** Whether a call asks for its dry run. */
export function asksForDryRun(tool: Tool, args: unknown): boolean {
  return tool.dryRunner !== undefined && toExtras(tool, args)?.isDryRun === true;
}

const toPlain: ToResult<Tool> = (tool, value, era, yielded) =>
  yielded ? toToolResult(tool, value, era, { yielded }) : toToolResult(tool, value, era);

/** Converts the results of a call: a large file becomes a link, and a long list is cut, where the tool says so. */
function toConverter({ link }: Tool, args: unknown, asked: PortionRequest | undefined): ToResult<Tool> {
  if (!link && !asked) return toPlain;
  return (tool, value, era, yielded) => {
    const linking = link && toFileLink(tool, link, args, value);
    if (!linking) return toToolResult(tool, value, era, { yielded, asked });
    return linking.then((made) => toToolResult(tool, value, era, { yielded, asked, link: made }));
  };
}

function toExtras(tool: Tool, args: unknown): Extras | undefined {
  try {
    return readExtras(args, tool.extras);
  } catch {
    return undefined;
  }
}

async function openHandle(
  { handles }: CallParts,
  cursor: string,
  owner: HandleOwner,
): Promise<Continuation | WireError> {
  try {
    return await handles.open(cursor, owner);
  } catch (error) {
    if (error instanceof WireError) return error;
    throw error;
  }
}

/** The same tool with arguments that it refuses, so that everything that is decided before the arguments are read comes first. */
function refusing(tool: Tool, error: WireError): Tool {
  const decode = (): never => {
    throw error;
  };
  return { ...tool, input: { ...tool.input, decode } };
}

function toRecord(args: unknown): object {
  return isRecord(args) ? args : {};
}
