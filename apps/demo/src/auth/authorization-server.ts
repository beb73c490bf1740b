import { generateKeyPair, type JsonWebKey, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { Router } from 'express';
import { type Configuration, errors, Provider } from 'oidc-provider';
import { findUserById } from '../context.ts';
import type { Database } from '../db/database.ts';
import { createLogin, loginPath } from './login.ts';
import { errorPage } from './login-page.ts';
import { allScopes } from './scope.ts';
import { createStorage } from './storage.ts';

export const keysPath = '/oauth/keys';

/**
 * Makes an OAuth 2.1 authorization server on the app's own port, for clients that log a person in: they register
 * themselves, send the person to the page at `/oauth/login`, and get a JWT for `resource`, for what the person's role
 * allows.
 */
export async function createAuthorizationServer(
  db: Database,
  issuer: string,
  resource: string,
): Promise<Router> {
  const provider = new Provider(issuer, await configure(db, resource));
  const serve = provider.callback();
  const router = Router();
  router.use(createLogin(provider, db, resource));
  // Handles only its own paths. The app handles the others.
  router.use((req, res, next) => {
    if (ownPath.test(req.path)) void serve(req, res);
    else next();
  });
  return router;
}

const ownPath = /^\/(oauth\/|\.well-known\/(oauth-authorization-server|openid-configuration)$)/;

async function configure(db: Database, resource: string): Promise<Configuration> {
  return {
    adapter: createStorage(),
    jwks: { keys: [await createSigningKey()] },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    routes: {
      authorization: '/oauth/authorize',
      token: '/oauth/token',
      registration: '/oauth/register',
      revocation: '/oauth/revoke',
      end_session: '/oauth/logout',
      jwks: keysPath,
    },
    interactions: { url: (_, { uid }) => `${loginPath}/${uid}` },
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      revocation: { enabled: true },
      registration: {
        enabled: true,
        issueRegistrationAccessToken: false,
        idFactory(ctx) {
          // Clients register with the scopes of their first challenge, and could not ask for more later. The person
          // decides each time which scopes they get.
          delete (ctx.oidc.body as { scope?: unknown }).scope;
          return randomBytes(16).toString('base64url');
        },
      },
      // Clients whose id is a URL need not register. Their documents are fetched from public addresses only.
      clientIdMetadataDocument: { enabled: true, ack: 'draft-02' },
      resourceIndicators: {
        enabled: true,
        // Clients before revision 2025-06-18 do not name the resource.
        defaultResource: () => resource,
        useGrantedResource: () => true,
        getResourceServerInfo(_, indicator) {
          if (indicator !== resource) throw new errors.InvalidTarget(`tokens are for ${resource} only`);
          return { scope: allScopes.join(' '), accessTokenFormat: 'jwt' };
        },
      },
    },
    responseTypes: ['code'],
    pkce: { required: () => true },
    // Clients in browsers may request tokens. PKCE proves that they began the login.
    clientBasedCORS: () => true,
    issueRefreshToken: (_, client) => client.grantTypeAllowed('refresh_token'),
    async findAccount(_, id) {
      const user = await findUserById(db, id);
      return user && { accountId: user.id, claims: () => ({ sub: user.id }) };
    },
    renderError(ctx, { error, error_description: description }) {
      ctx.type = 'html';
      ctx.body = errorPage(description ?? error);
    },
    ttl: {
      AccessToken: 600,
      AuthorizationCode: 60,
      Grant: 30 * day,
      IdToken: 600,
      Interaction: 600,
      RefreshToken: 30 * day,
      Session: day,
    },
  };
}

const day = 86_400;

async function createSigningKey(): Promise<JsonWebKey> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const kid = randomBytes(8).toString('hex');
  return { ...privateKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' };
}
