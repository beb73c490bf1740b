import type { Prompt, Resource, ResourceTemplateType, Tool } from '@modelcontextprotocol/client';
import { createStore } from '../store.ts';
import { attempt, connection } from './connection.ts';

/** What the endpoint lists for this caller. */
export interface Listing {
  tools: readonly Tool[];
  resources: readonly Resource[];
  templates: readonly ResourceTemplateType[];
  prompts: readonly Prompt[];
}

/** `undefined` until it was read. */
export const listing = createStore<Listing | undefined>(undefined);

connection.subscribe(() => {
  listing.set(undefined);
  if (connection.get().kind === 'open') void loadListing();
});

/** Reads all lists that the endpoint has. */
export async function loadListing(): Promise<void> {
  const loaded = await attempt(async (client): Promise<Listing> => {
    const { tools, resources, prompts } = client.getServerCapabilities() ?? {};
    // The client itself reads the pages of a list, one after another.
    return {
      tools: tools ? (await client.listTools()).tools : [],
      resources: resources ? (await client.listResources()).resources : [],
      templates: resources ? (await client.listResourceTemplates()).resourceTemplates : [],
      prompts: prompts ? (await client.listPrompts()).prompts : [],
    };
  });
  listing.set(loaded);
}
