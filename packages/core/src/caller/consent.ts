import type { CallRequest } from '../call/active-call.ts';
import { consentKey } from '../call/ask.ts';
import { asksForDryRun, callTool } from '../call/call-tool.ts';
import type { CallParts } from '../call/call.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { readInnerCalls } from '../protocol/discovery/inner-call.ts';
import type { ServerParts, Serving } from '../protocol/serving.ts';

/** Whether a person can agree to exactly this call. What a call of several tools asks, nobody was shown. */
export function takesApproval({ tools, front }: Catalog, name: string): boolean {
  return tools.has(name) || (front?.names.has('run_mutation') === true && name === 'run_mutation');
}

/**
 * Reads the question for consent that a call would end with. Only middleware runs, and the query that fills the question: a
 * call that asks never runs its procedure before the answer.
 */
export async function readQuestion(
  parts: ServerParts,
  { catalog, exchange }: Serving,
  name: string,
  args: unknown,
  request: CallRequest,
): Promise<string | undefined> {
  const called = toCalled(catalog, name, args);
  const tool = called && catalog.tools.get(called.name);
  if (!tool?.confirm || asksForDryRun(tool, called!.args)) return undefined;
  // It is no call yet: nothing counts it, and the app's own functions around calls are not told of it.
  const quiet: CallParts = {
    ...parts,
    rateLimit: undefined,
    onCall: undefined,
    spans: { run: (_describe, work) => work() },
  };
  const outcome = await callTool(quiet, tool, called!.args, { ...request, isCounted: true }, exchange);
  if (outcome?.kind !== 'questions' || outcome.open.asked === undefined) return undefined;
  const { params } = outcome.open.requests[consentKey] ?? {};
  return (params as { message?: string } | undefined)?.message;
}

/** The tool that a call ends at: the one of its name, or the only one inside of it. */
function toCalled(
  catalog: Catalog,
  name: string,
  args: unknown,
): { name: string; args: unknown } | undefined {
  if (catalog.tools.has(name)) return { name, args };
  if (name !== 'run_mutation' || !catalog.front?.names.has(name)) return undefined;
  const calls = readInnerCalls(name, args);
  const call = typeof calls !== 'string' && calls.length === 1 ? calls[0] : undefined;
  // What only reads is called in another way, and this one refuses it.
  return call && catalog.tools.get(call.name)?.isReadOnly === false ? call : undefined;
}
