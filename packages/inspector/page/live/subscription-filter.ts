import type { ServerCapabilities } from '@modelcontextprotocol/client';

/** What a stream of 2026 is opened for. */
export interface SubscriptionFilter {
  toolsListChanged?: boolean;
  promptsListChanged?: boolean;
  resourcesListChanged?: boolean;
  resourceSubscriptions?: string[];
}

/** Asks for every change that the endpoint says it tells, and for these resources. `undefined` if there is nothing to ask for. */
export function toFilter(
  { tools, prompts, resources }: ServerCapabilities,
  uris: readonly string[],
): SubscriptionFilter | undefined {
  const filter: SubscriptionFilter = {
    ...(tools?.listChanged && { toolsListChanged: true }),
    ...(prompts?.listChanged && { promptsListChanged: true }),
    ...(resources?.listChanged && { resourcesListChanged: true }),
    ...(uris.length > 0 && { resourceSubscriptions: [...uris] }),
  };
  return Object.keys(filter).length === 0 ? undefined : filter;
}

/** The pause in milliseconds before a stream is opened again: 1 s after the first failure, twice as long each time, 60 s at most. */
export function toPause(failures: number): number {
  return Math.min(60_000, 1000 * 2 ** Math.max(0, failures - 1));
}
