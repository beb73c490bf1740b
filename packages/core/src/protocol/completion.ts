import type { CompleteResult } from '@modelcontextprotocol/server';
import { callItem } from '../call/call.ts';
import type { CallRequest } from '../call/active-call.ts';
import { type Outcome, toRefused } from '../call/outcome.ts';
import { isVisible } from '../call/visible.ts';
import type { Callable } from '../catalog/callable.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Prompt } from '../catalog/prompt.ts';
import type { Resource } from '../catalog/resource.ts';
import { createListContext } from './call-by-name.ts';
import type { ServerParts, Serving } from './server.ts';

/** What is to be completed. */
export interface CompletionParams {
  ref: { type: 'ref/prompt'; name: string } | { type: 'ref/resource'; uri: string };
  argument: { name: string; value: string };
  context?: { arguments?: Record<string, string> | undefined } | undefined;
}

/** As many as the protocol takes. */
const most = 100;

/** Completes an argument. `undefined` when there is no such prompt or resource for this caller. */
export async function complete(
  parts: ServerParts,
  { catalog, exchange }: Serving,
  { ref, argument, context }: CompletionParams,
  request: CallRequest,
): Promise<Outcome | undefined> {
  const item = findItem(catalog, ref);
  const ctx = () => createListContext(exchange, request);
  if (!item) {
    // What something hidden costs, what does not exist costs too.
    if (catalog.hasHidden) await ctx().catch(() => {});
    return undefined;
  }
  if (!(await isVisible(item, ctx, parts))) return undefined;
  const refusal = item.scopes.length > 0 && parts.gate.checkScopes(request.auth, item.scopes);
  if (refusal) return toRefused(refusal, item.path);
  const completer = item.completers.get(argument.name);
  if (!completer) return nothing;
  if (!('path' in completer)) {
    const typed = argument.value.toLowerCase();
    const fitting = completer.filter((value) => value.toLowerCase().startsWith(typed));
    return { told: { result: toResult(fitting) }, status: 200 };
  }
  const args = argumentsOf(completer, { value: argument.value, arguments: context?.arguments ?? {} });
  const silent = { ...request, canAsk: false };
  const outcome = await callItem(parts, completer, args, silent, exchange, (_, value) => ({
    result: readCompletion(value),
  }));
  // A query that is hidden from this caller completes nothing for them.
  return outcome ?? nothing;
}

const nothing: Outcome = { told: { result: toResult([]) }, status: 200 };

function findItem(
  { prompts, resources, templates }: Catalog,
  ref: CompletionParams['ref'],
): Prompt | Resource | undefined {
  if (ref.type === 'ref/prompt') return prompts.get(ref.name);
  return resources.get(ref.uri) ?? templates.find(({ uri }) => uri.text === ref.uri);
}

/** Only what it takes: a strict schema would refuse the rest. */
export function argumentsOf({ input }: Callable, offered: Record<string, unknown>): unknown {
  const { takesInput, schema } = input;
  if (!takesInput) return undefined;
  const { properties = {} } = schema;
  return Object.fromEntries(Object.entries(offered).filter(([name]) => Object.hasOwn(properties, name)));
}

function readCompletion(value: unknown): CompleteResult {
  if (Array.isArray(value)) return toResult(value.map(String));
  const { values, total, hasMore } = (value ?? {}) as {
    values?: unknown;
    total?: unknown;
    hasMore?: unknown;
  };
  if (!Array.isArray(values)) {
    throw new TypeError('a query that completes returns a list, or { values, total, hasMore }');
  }
  return toResult(
    values.map(String),
    typeof total === 'number' ? total : undefined,
    typeof hasMore === 'boolean' ? hasMore : undefined,
  );
}

function toResult(values: readonly string[], total?: number, hasMore?: boolean): CompleteResult {
  const isCut = values.length > most;
  const all = total ?? (hasMore ? undefined : values.length);
  return {
    completion: {
      values: values.slice(0, most),
      ...(all !== undefined && { total: all }),
      hasMore: isCut || (hasMore ?? (total !== undefined && total > values.length)),
    },
  };
}
