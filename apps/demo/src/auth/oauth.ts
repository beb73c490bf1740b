import { type OAuthServer, oauthServer, postgresOAuthStore } from '@trpc-mcp/oauth';
import { findUserById, findUserBySession, type SignedInUser } from '../context.ts';
import type { WholeDatabase } from '../db/database.ts';
import { loginPath } from './login.ts';
import { scopes, scopesOf } from './scope.ts';
import type { Secrets } from './secrets.ts';

/** Lets clients log people in with the app's own login, and asks the people what a client may do in their name. */
export function createOAuth(
  db: WholeDatabase,
  url: string,
  { oauth: secret, key }: Secrets,
): Promise<OAuthServer<SignedInUser>> {
  return oauthServer({
    url,
    resource: `${url}/mcp`,
    app: { name: 'Back office' },
    scopes,
    findUser: (req) => findUserBySession(db, req),
    loadUser: (id) => findUserById(db, id),
    loginUrl: loginPath,
    grants: ({ role }) => scopesOf[role],
    requiredScopes: ['backoffice:read'],
    // The scopes that clients request at first. If a tool needs more, the person is asked again.
    scopesSupported: ['backoffice:read'],
    store: postgresOAuthStore(db.$client),
    keys: [key],
    secret,
  });
}
