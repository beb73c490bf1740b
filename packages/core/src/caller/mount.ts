import type { AnyTRPCRouter } from '@trpc/server';
import { inProcessCredentialHint } from '../auth/credential-hint.ts';
import { withoutChallenges } from '../auth/without-challenges.ts';
import type { CatalogSource } from '../catalog/catalog.ts';
import type { CallRequest } from '../call/active-call.ts';
import { createMemoryStore } from '../call/memory-store.ts';
import type { Store } from '../call/store.ts';
import { createEventBus } from '../protocol/event-bus.ts';
import type { HandlerOptions } from '../protocol/options.ts';
import { createParts } from '../protocol/parts.ts';
import type { ServerParts } from '../protocol/serving.ts';
import type { InProcessOptions } from './options.ts';
import { isSameValue } from './same-value.ts';

/** What is made once of a router and its options, for all callers. */
export interface Mounted {
  catalog: CatalogSource;
  parts: ServerParts;
  tasksOf: CallRequest['tasksOf'];
  /** Remembers the approvals that were used. */
  approvals: Store;
}

/** What a mount is made of, besides the router. */
export interface MountKey {
  options: InProcessOptions;
  hasContext: boolean;
}

interface Kept {
  key: MountKey;
  mounted: Mounted;
}

/** The mounts of one router. The one that was used longest ago comes first. */
interface Shelf {
  kept: Kept[];
  /** How many mounts were made since one of them was found again. */
  missed: number;
  hasWarned: boolean;
}

/** How many mounts of a router are kept. */
const mostKept = 16;

/** After how many mounts in a row the app is told that none is found again. */
const mostMissed = 8;

const shelves = new WeakMap<AnyTRPCRouter, Shelf>();

/** The used approvals of each router without the option `store`. They outlive mounts: a mount may not be found again. */
const approvalsOf = new WeakMap<AnyTRPCRouter, Store>();

/**
 * Returns what is made once of a router and its options. An app may ask for it with each request: the same options find it
 * again. Throws a `SetupError` if the router cannot be served.
 */
export function mount(router: AnyTRPCRouter, key: MountKey): Mounted {
  const shelf = shelves.get(router) ?? { kept: [], missed: 0, hasWarned: false };
  const index = shelf.kept.findIndex((kept) => isSameKey(kept.key, key));
  const found = shelf.kept[index];
  if (found) {
    shelf.missed = 0;
    shelf.kept.splice(index, 1);
    shelf.kept.push(found);
    return found.mounted;
  }
  const mounted = make(router, key);
  // What is no router has thrown.
  shelves.set(router, shelf);
  shelf.missed++;
  if (shelf.missed > mostMissed && !shelf.hasWarned) {
    shelf.hasWarned = true;
    console.warn(toWarning(differing(shelf.kept.at(-1)!.key, key)));
  }
  shelf.kept.push({ key, mounted });
  if (shelf.kept.length > mostKept) shelf.kept.shift();
  return mounted;
}

/** Nobody authenticates here: the app says who calls. With `auth`, tools that need scopes can be served. */
const inProcess = { auth: { authenticate: () => undefined, required: true } } as const;

/** No call becomes a task here, so that no host has to wait for one. */
const noTasks = { tasks: { waitUntil: () => {} } } as const;

function make(router: AnyTRPCRouter, { options, hasContext }: MountKey): Mounted {
  const served: HandlerOptions & { createContext?: unknown } = {
    ...options,
    ...inProcess,
    ...noTasks,
    ...(hasContext && { createContext: () => undefined }),
  };
  const { catalog, parts } = createParts(router, served, createEventBus());
  return {
    catalog,
    tasksOf: parts.tasks?.list,
    approvals: options.store ?? readApprovals(router),
    parts: {
      ...parts,
      gate: withoutChallenges(parts.gate),
      credentialHint: inProcessCredentialHint,
      // Whoever calls in process waits for the result. A task is for clients that come back for it.
      tasks: undefined,
    },
  };
}

function readApprovals(router: AnyTRPCRouter): Store {
  let store = approvalsOf.get(router);
  if (!store) approvalsOf.set(router, (store = createMemoryStore()));
  return store;
}

function isSameKey(one: MountKey, other: MountKey): boolean {
  return one.hasContext === other.hasContext && differing(one, other).length === 0;
}

/** The names of the options that are not the same. */
function differing({ options: one }: MountKey, { options: other }: MountKey): string[] {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].filter(
    (name) => !isSameValue(one[name as keyof InProcessOptions], other[name as keyof InProcessOptions]),
  );
}

function toWarning(names: readonly string[]): string {
  const which =
    names.length > 0 ? `the options ${names.join(', ')} are others each time` : 'its options differ';
  return (
    `MCP: a tool caller makes the catalog of this router again and again, because ${which}. ` +
    'Make them once, outside of the function that handles a request. Until then, rate limits and idempotency keys that are ' +
    'kept in memory hold for one caller only.'
  );
}
