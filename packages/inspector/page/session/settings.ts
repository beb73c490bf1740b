import { createStore } from '../store.ts';

/** The revision of MCP that the page speaks: 2026-07-28, or the newest before it. */
export type Era = '2026' | '2025';

/** With what the page shows the endpoint who is calling. */
export type Credential =
  | { kind: 'nobody' }
  /** A header of the person's choice, such as `Authorization: Bearer …`. */
  | { kind: 'header'; name: string; value: string }
  /** The cookies that the browser has of the app. */
  | { kind: 'cookie' }
  /** A sign-in at the authorization server that the endpoint names. */
  | { kind: 'oauth' };

export const era = createStore<Era>('2026');
export const credential = createStore<Credential>({ kind: 'nobody' });

/** The URL of the endpoint: where this page was opened, without what belongs to the page alone. */
export const endpoint = new URL(location.pathname, location.origin);
