import { type ListName, loadListing } from '../session/listing.ts';
import { notices } from '../session/notices.ts';
import { createStore } from '../store.ts';

/** What the page has read again because the endpoint said that it changed, and when. */
export const lastReload = createStore<{ names: readonly ListName[]; at: number } | undefined>(undefined);

/** When each resource was last said to have changed, by its URI. */
export const resourceChanges = createStore<ReadonlyMap<string, number>>(new Map());

const listsOf: Readonly<Record<string, readonly ListName[]>> = {
  'notifications/tools/list_changed': ['tools'],
  'notifications/resources/list_changed': ['resources', 'templates'],
  'notifications/prompts/list_changed': ['prompts'],
};

/** Several notifications that come together lead to one request for each list. */
const calm = 150;
const waiting = new Set<ListName>();
let timer: ReturnType<typeof setTimeout> | undefined;
let lastSeen = 0;

notices.subscribe(() => {
  const fresh = notices.get().filter(({ id }) => id > lastSeen);
  for (const { id, at, method, params } of fresh) {
    lastSeen = id;
    for (const name of listsOf[method] ?? []) waiting.add(name);
    const { uri } = (params ?? {}) as { uri?: unknown };
    if (method === 'notifications/resources/updated' && typeof uri === 'string')
      resourceChanges.update((all) => new Map(all).set(uri, at));
  }
  if (waiting.size > 0) timer ??= setTimeout(() => void reload(), calm);
});

async function reload(): Promise<void> {
  timer = undefined;
  const names = [...waiting];
  waiting.clear();
  await loadListing(names);
  lastReload.set({ names, at: Date.now() });
}
