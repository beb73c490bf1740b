import { bearer, type BearerAuth, type McpAuthInfo } from '@trpc-mcp/core';
import { createReadToken, createVerify } from './access-token.ts';
import { createDocuments } from './clients/document.ts';
import { createConnections } from './connections.ts';
import { createConsents } from './consents.ts';
import { createForms } from './forms.ts';
import { createInteraction } from './interaction.ts';
import { createLog } from './log.ts';
import type { OAuthServerOptions } from './options.ts';
import { createProvider } from './provider.ts';
import { createRecords } from './records.ts';
import { createRegistration } from './registration.ts';
import { createReturnPath } from './return-path.ts';
import { createRouter, type OAuthRouter } from './router.ts';
import { createScreen } from './screen.ts';
import { createSeal } from './seal.ts';
import { readSettings } from './settings.ts';
import { reachStore } from './store/reach.ts';

/** An authorization server, and the guard of the MCP endpoint that goes with it. */
export interface OAuthServer<TUser> {
  /** Serves the pages and endpoints: `app.use(oauth.router)`, after what reads the app's session, before the app's pages. */
  router: OAuthRouter;
  /** The option `auth` of the MCP endpoint. The person is in `mcp.auth.extra.user`, and `subject` is their id. */
  auth: BearerAuth;
  /**
   * Returns the person that a call is made for, in `createContext`: `oauth.userOf(mcp?.auth)`. `undefined` without a token,
   * and for a client that calls for itself.
   */
  userOf: (auth: McpAuthInfo | undefined) => TUser | undefined;
  /** Ends what a person has allowed: one client, or all. For an app that locks somebody out, or has its own page. */
  endConnections: (userId: string, clientId?: string) => Promise<void>;
}

/**
 * Makes an OAuth 2.1 authorization server from the login that an app has. People sign in with the app's own page, and decide
 * on a page of this package what a client may do. Clients register themselves, or have a document about themselves. Access
 * tokens are JWTs for `resource`. Throws a `SetupError` that names every problem of the options.
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization
 */
export async function oauthServer<TUser, TScope extends string = string>(
  options: OAuthServerOptions<TUser, TScope>,
): Promise<OAuthServer<NonNullable<TUser>>> {
  const read = await readSettings(options as unknown as OAuthServerOptions<TUser>);
  const onEvent = createLog(read.onEvent);
  const settings = { ...read, store: reachStore(read.store, onEvent) };
  const { issuer, resource, store, requiredScopes, scopesSupported, failureLimit, app } = settings;
  const seal = createSeal(settings.secrets);
  const records = createRecords(store, seal, `${issuer} ${resource}`);
  const consents = createConsents(records, settings.lifetimes.connection * 1000);
  const documents = settings.metadataDocuments;
  const screen = createScreen(app, settings.pages);
  const readToken = createReadToken(settings);
  const provider = await createProvider(settings, {
    records,
    consents,
    seal,
    onEvent,
    documents: await createDocuments(documents !== false && documents.allowLoopback, onEvent),
    readToken,
    renderMessage: screen.message,
    pageHeaders: screen.headers,
  });
  const auth = bearer({
    verify: createVerify(settings, readToken, records, onEvent),
    resource,
    authorizationServers: [issuer],
    resourceName: app.name,
    scopesSupported: scopesSupported ?? Object.keys(settings.scopes),
    ...(requiredScopes && { requiredScopes }),
    ...(failureLimit && { failureLimit }),
  });
  const returnPath = createReturnPath(settings, onEvent);
  const pageParts = { provider, consents, forms: createForms(seal), returnPath, screen, onEvent };
  const { registration } = settings;
  return {
    router: createRouter(settings, {
      ...pageParts,
      auth,
      interaction: createInteraction(settings, pageParts),
      connections: createConnections(settings, pageParts),
      registration: registration ? createRegistration(settings, registration, onEvent) : undefined,
    }),
    auth,
    userOf: (caller) => caller?.extra?.['user'] as NonNullable<TUser> | undefined,
    async endConnections(userId, clientId) {
      const clients =
        clientId === undefined
          ? (await consents.list(userId)).map((consent) => consent.clientId)
          : [clientId];
      for (const id of clients) {
        if (!(await consents.end(userId, id))) continue;
        onEvent({
          type: 'connection-ended',
          refused: false,
          message: 'the app ended a connection',
          clientId: id,
          userId,
        });
      }
    },
  };
}
