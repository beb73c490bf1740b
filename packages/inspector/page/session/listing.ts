import type {
  Client,
  Prompt,
  Resource,
  ResourceTemplateType,
  ServerCapabilities,
  Tool,
} from '@modelcontextprotocol/client';
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

/** How reading the lists goes. */
export interface ListingState {
  /** The lists that are being read. */
  reading: ReadonlySet<ListName>;
  /** Why a list could not be read, when it was last tried. */
  errors: Partial<Record<ListName, unknown>>;
}

export type ListName = keyof Listing;

/** `undefined` until the first list was read. */
export const listing = createStore<Listing | undefined>(undefined);

export const listingState = createStore<ListingState>({ reading: new Set(), errors: {} });

/** Why the first list that could not be read could not, although there is a connection. */
export const listingFailure = createStore<unknown>(undefined);
listingState.subscribe(() => {
  const { errors } = listingState.get();
  listingFailure.set(listNames.map((name) => errors[name]).find((error) => error !== undefined));
});

connection.subscribe(() => {
  turn++;
  listingState.set({ reading: new Set(), errors: {} });
  // A session that was lost is opened again without this, so that what is on the screen stays.
  if (connection.get().kind === 'open') void loadListing();
  else listing.set(undefined);
});

let scopes = signedIn.get()?.scopes.join(' ');
signedIn.subscribe(() => {
  const now = signedIn.get()?.scopes.join(' ');
  if (now === scopes) return;
  scopes = now;
  // Whoever has more scopes may be listed more.
  if (connection.get().kind === 'open') void loadListing();
});

/** Reads lists that the endpoint has, all of them by default, one after another. Never rejects: `listingState` has the errors. */
export async function loadListing(names: readonly ListName[] = listNames): Promise<void> {
  const ownTurn = turn;
  const isLate = () => ownTurn !== turn;
  listingState.update(({ reading, errors }) => ({ reading: new Set([...reading, ...names]), errors }));
  for (const name of names) {
    let error: unknown;
    try {
      // oxlint-disable-next-line no-await-in-loop -- each may ask the person to sign in
      const part = await attempt((client) => readers[name](client, client.getServerCapabilities() ?? {}));
      if (isLate()) return;
      listing.update((before) => ({ ...(before ?? nothing), ...part }));
    } catch (thrown) {
      if (isLate()) return;
      error = thrown;
    }
    listingState.update(({ reading, errors }) => ({
      reading: new Set([...reading].filter((one) => one !== name)),
      errors: { ...errors, [name]: error },
    }));
  }
}

const listNames: readonly ListName[] = ['tools', 'resources', 'templates', 'prompts'];
const nothing: Listing = { tools: [], resources: [], templates: [], prompts: [] };

/** Changes with the connection, so that what belongs to an earlier one is thrown away. */
let turn = 0;

type Reader = (client: Client, capabilities: ServerCapabilities) => Promise<Partial<Listing>>;

// The client itself reads the pages of a list, one after another. It keeps what it read, so that it has to be told to read again.
const fresh = { cacheMode: 'refresh' } as const;
const readers: Record<ListName, Reader> = {
  tools: async (client, { tools }) => ({ tools: tools ? (await client.listTools({}, fresh)).tools : [] }),
  resources: async (client, { resources }) => ({
    resources: resources ? (await client.listResources({}, fresh)).resources : [],
  }),
  templates: async (client, { resources }) => ({
    templates: resources ? (await client.listResourceTemplates({}, fresh)).resourceTemplates : [],
  }),
  prompts: async (client, { prompts }) => ({
    prompts: prompts ? (await client.listPrompts({}, fresh)).prompts : [],
  }),
};
