import type { Prompt, Resource, ResourceTemplateType, Tool } from '@modelcontextprotocol/client';
import { createStore } from '../store.ts';
import { attempt, connection } from './connection.ts';
import { signedIn } from './sign-in.ts';

/** What the endpoint lists for this caller. */
export interface Listing {
  tools: readonly Tool[];
  resources: readonly Resource[];
  templates: readonly ResourceTemplateType[];
  prompts: readonly Prompt[];
}

/** `undefined` until it was read. */
export const listing = createStore<Listing | undefined>(undefined);

/** Why the lists could not be read, although there is a connection. */
export const listingFailure = createStore<unknown>(undefined);

connection.subscribe(() => {
  const { kind } = connection.get();
  // A session that was lost is opened again without this, so that what is on the screen stays.
  if (kind !== 'open') {
    listing.set(undefined);
    listingFailure.set(undefined);
  } else void loadListing();
});

let scopes = signedIn.get()?.scopes.join(' ');
signedIn.subscribe(() => {
  const now = signedIn.get()?.scopes.join(' ');
  if (now === scopes) return;
  scopes = now;
  // Whoever has more scopes may be listed more.
  if (connection.get().kind === 'open') void loadListing();
});

/** Reads all lists that the endpoint has. Never rejects. */
export async function loadListing(): Promise<void> {
  try {
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
    listingFailure.set(undefined);
  } catch (error) {
    if (connection.get().kind === 'open') listingFailure.set(error);
  }
}
