import type { FetchCreateContextFnOptions } from '@trpc/server/adapters/fetch';
import type { Context } from './router.ts';
import { oauth } from './oauth.ts';

export async function createContext({ req }: FetchCreateContextFnOptions): Promise<Context> {
  const auth = await oauth.callerOf(req);
  return { session: auth?.subject ? { user: { name: auth.subject } } : null };
}
