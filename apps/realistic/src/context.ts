import type { FetchCreateContextFnOptions } from '@trpc/server/adapters/fetch';
import type { Context as HonoContext } from 'hono';
import type { Session } from './store/rows.ts';
import type { Store } from './store/store.ts';

/** What the app's Hono middleware puts beside a request. */
export interface Env {
  Variables: { requestId: string; store: Store; session: Session | null };
}

export interface Context {
  store: Store;
  session: Session | null;
  requestId: string;
  /** The slug of the organisation that the caller works in. */
  organisation: string | null;
}

/** The context of a procedure, which needs Hono's own besides the request: the session is found there. */
export function createContext(_options: FetchCreateContextFnOptions, c: HonoContext<Env>) {
  return {
    store: c.get('store'),
    session: c.get('session'),
    requestId: c.get('requestId'),
    organisation: c.req.header('x-organisation') ?? null,
  } satisfies Context;
}
