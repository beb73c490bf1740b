import type { CompleteResult } from '@modelcontextprotocol/server';
import type { CallRequest } from '../call/active-call.ts';
import { callItem } from '../call/call.ts';
import { type Outcome, type ResultOutcome, toRefusalOutcome } from '../call/outcome.ts';
import { isVisible } from '../call/visible.ts';
import type { Callable } from '../catalog/callable.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Prompt } from '../catalog/prompt.ts';
import type { Resource } from '../catalog/resource.ts';
import { createListContext, spendTimeOfHidden } from './list-context.ts';
import type { ServerParts, Serving } from './serving.ts';

/** The parameters of `completion/complete`. */
export interface CompletionParams {
  ref: { type: 'ref/prompt'; name: string } | { type: 'ref/resource'; uri: string };
  argument: { name: string; value: string };
  context?: { arguments?: Record<string, string> | undefined } | undefined;
}

/** How many values the protocol allows. */
const maxValues = 100;

/** Completes an argument. Returns `undefined` if the prompt or resource is missing or hidden. */
export async function complete(
  parts: ServerParts,
  { catalog, exchange }: Serving,
  { ref, argument, context }: CompletionParams,
  request: CallRequest,
): Promise<Outcome | undefined> {
  const item = findItem(catalog, ref);
  const ctx = () => createListContext(parts, exchange, request);
  if (!item) {
    await spendTimeOfHidden(parts, catalog, ctx);
    return undefined;
  }
  if (!(await isVisible(item, ctx, parts))) return undefined;
  const refusal = item.scopes.length > 0 && parts.gate.checkScopes(request.auth, item.scopes);
  if (refusal) return toRefusalOutcome(refusal, item.path);
  const completer = item.completers.get(argument.name);
  if (!completer) return noValues;
  if (!('path' in completer)) {
    const typed = argument.value.toLowerCase();
    return toOutcome(completer.filter((value) => value.toLowerCase().startsWith(typed)));
  }
  const args = argumentsOf(completer, { value: argument.value, arguments: context?.arguments ?? {} });
  const silent = { ...request, canAsk: false };
  const outcome = await callItem(parts, completer, args, silent, exchange, (_, value) => readValues(value));
  // A query that is hidden from this caller completes nothing.
  return outcome ?? noValues;
}

const noValues = toOutcome([]);

function findItem(
  { prompts, resources, templates }: Catalog,
  ref: CompletionParams['ref'],
): Prompt | Resource | undefined {
  if (ref.type === 'ref/prompt') return prompts.get(ref.name);
  return resources.get(ref.uri) ?? templates.find(({ uri }) => uri.text === ref.uri);
}

/** Keeps the arguments that a procedure takes, because a strict schema would reject the others. */
export function argumentsOf({ input }: Callable, offered: Record<string, unknown>): unknown {
  const { takesInput, schema } = input;
  if (!takesInput) return undefined;
  const { properties = {} } = schema;
  return Object.fromEntries(Object.entries(offered).filter(([name]) => Object.hasOwn(properties, name)));
}

function readValues(value: unknown): ResultOutcome {
  if (Array.isArray(value)) return toOutcome(value.map(String));
  const { values, total, hasMore } = (value ?? {}) as {
    values?: unknown;
    total?: unknown;
    hasMore?: unknown;
  };
  if (!Array.isArray(values)) {
    throw new TypeError('a query that completes returns a list, or { values, total, hasMore }');
  }
  return toOutcome(
    values.map(String),
    typeof total === 'number' ? total : undefined,
    typeof hasMore === 'boolean' ? hasMore : undefined,
  );
}

function toOutcome(values: readonly string[], total?: number, hasMore?: boolean): ResultOutcome {
  const isCut = values.length > maxValues;
  const all = total ?? (hasMore ? undefined : values.length);
  const completion: CompleteResult['completion'] = {
    values: values.slice(0, maxValues),
    ...(all !== undefined && { total: all }),
    hasMore: isCut || (hasMore ?? (total !== undefined && total > values.length)),
  };
  return { kind: 'result', result: { completion } };
}
