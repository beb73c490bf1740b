import type { Database } from './db/database.ts';

/** A change that clients of MCP are told of. */
export type Change = { kind: 'customer'; id: string } | { kind: 'sign-up' };

type Listener = (change: Change) => void;

const listeners = new WeakMap<Database, Set<Listener>>();

/** Calls the listener for every change that this process makes in a database. */
export function onChange(db: Database, listener: Listener): void {
  const known = listeners.get(db);
  if (known) known.add(listener);
  else listeners.set(db, new Set([listener]));
}

/** Tells of a change, after it was written. */
export function tellChange(db: Database, change: Change): void {
  for (const listener of listeners.get(db) ?? []) listener(change);
}
