import type { NextRequest } from 'next/server.js';
import type { Session } from './router.ts';
import { readSession } from './sessions.ts';

/** The request that Auth.js passes on. */
export interface NextAuthRequest extends NextRequest {
  auth: Session | null;
}

type Route<TRequest> = (request: TRequest, context: unknown) => Promise<Response>;

/** Has the form of `auth` of Auth.js: `export const { auth } = NextAuth({ … })`. */
export function auth(route: Route<NextAuthRequest>): Route<NextRequest> {
  return (request, context) => route(Object.assign(request, { auth: readSession(request.headers) }), context);
}
