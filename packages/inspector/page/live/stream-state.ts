import { createStore } from '../store.ts';

/** Whether the endpoint can tell this page of changes. */
export type Stream =
  /** It cannot, or does not want to. `isFinal`: asking again does not help. */
  | { kind: 'off'; reason: string; isFinal: boolean }
  | { kind: 'opening' }
  | { kind: 'open' }
  /** The stream has ended. It is opened again in `ms` milliseconds, or after a pause that the client chooses. */
  | { kind: 'dropped'; reason: string; ms: number | undefined };

export const stream = createStore<Stream>({ kind: 'opening' });
