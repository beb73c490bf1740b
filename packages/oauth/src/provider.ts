import type { Configuration, KoaContextWithOIDC, Provider, ResourceServer } from 'oidc-provider';
import { loginClaim, type ReadToken } from './access-token.ts';
import { createAdapter } from './adapter.ts';
import { takeFrom } from './address.ts';
import type { Documents } from './clients/document.ts';
import { toClient } from './clients/static.ts';
import type { Consents } from './consents.ts';
import type { OnEvent } from './event.ts';
import { clientAssertionChecks } from './grants/client-assertion.ts';
import { findMachines } from './grants/client-credentials.ts';
import { registerGrants } from './grants/grants.ts';
import { idJagMetadata } from './grants/id-jag.ts';
import { createSubjectClaims } from './grants/subject-type.ts';
import { algorithmOf } from './keys.ts';
import { loadProvider } from './load-provider.ts';
import { tellEvents } from './provider-events.ts';
import type { Records } from './records.ts';
import { revokeAccessToken } from './revocation.ts';
import type { Seal } from './seal.ts';
import { isSameUrl } from './same-url.ts';
import type { Settings } from './settings.ts';

/** The paths below the issuer. */
export const paths = {
  authorization: '/oauth/authorize',
  token: '/oauth/token',
  registration: '/oauth/register',
  revocation: '/oauth/revoke',
  jwks: '/oauth/keys',
  interaction: '/oauth/interaction',
  connections: '/oauth/connections',
} as const;

export interface ProviderParts {
  records: Records;
  consents: Consents;
  documents: Documents;
  seal: Seal;
  readToken: ReadToken;
  onEvent: OnEvent;
  /** Shows a page for a browser that cannot go on. */
  renderMessage: (message: string) => Promise<string>;
  /** The headers of that page. */
  pageHeaders: Record<string, string>;
}

/** Makes the authorization server. oidc-provider speaks the protocol; this decides what it may do. */
export async function createProvider<TUser>(
  settings: Settings<TUser>,
  parts: ProviderParts,
): Promise<Provider> {
  const { Provider } = await loadProvider();
  const configuration = await configure(settings, parts);
  const provider = new Provider(settings.issuer, configuration);
  // The router sets the headers that this trusts, from the option `url`.
  provider.proxy = true;
  registerGrants(provider, settings, {
    records: parts.records,
    resourceServer: toResourceServer(settings),
  });
  tellEvents(provider, settings, parts);
  provider.use(async (ctx, next) => {
    await next();
    const { route } = ctx.oidc ?? {};
    // The page that sends an answer by form_post, which has a script and goes to the client.
    if (ctx.response.is('html') && !ctx.response.get('x-frame-options')) ctx.set(unframed);
    if (route === 'discovery') ctx.body = toMetadata(settings, ctx.body as Record<string, unknown>);
    if (
      route === 'revocation' &&
      (ctx.body as { error?: string } | undefined)?.error === 'unsupported_token_type'
    )
      await revokeAccessToken(ctx as unknown as KoaContextWithOIDC, parts);
  });
  return provider;
}

const unknownClient =
  'This server does not know the program that sent you here, or cannot read what it says about itself. Remove the connection there, and add it again.';

const unframed = {
  'content-security-policy': "frame-ancestors 'none'; base-uri 'none'",
  'x-frame-options': 'DENY',
};

async function configure<TUser>(
  settings: Settings<TUser>,
  { records, documents, seal, onEvent, renderMessage, pageHeaders }: ProviderParts,
): Promise<Configuration> {
  const { errors } = await loadProvider();
  const { basePath, lifetimes, registration, metadataDocuments, store } = settings;
  const algorithm = algorithmOf(settings.keys[0]!)!;
  const machines = settings.clientCredentials ? findMachines(settings.clients ?? []) : [];
  const subjectClaims = createSubjectClaims(new Set(machines.map((client) => client.client_id)));
  const asked = new WeakMap<KoaContextWithOIDC, string>();
  return {
    adapter: createAdapter(records, {
      findClient: documents.findLocal,
      onReuse(model, { clientId, accountId: userId }) {
        const what = model === 'AuthorizationCode' ? 'the code' : 'the refresh token';
        onEvent({
          type: 'reuse',
          refused: true,
          message: `${what} was used twice at once`,
          clientId,
          userId,
        });
        return new errors.InvalidGrant(`${what} was used before`);
      },
    }),
    clients: (settings.clients ?? []).map(toClient),
    clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    clientDefaults: { id_token_signed_response_alg: algorithm as 'RS256' },
    jwks: { keys: settings.keys.map((key) => ({ use: 'sig', ...key, alg: algorithmOf(key) }) as never) },
    cookies: {
      keys: seal.cookieKeys,
      names: { session: 'oauth_session', interaction: 'oauth_interaction', resume: 'oauth_resume' },
      long: { httpOnly: true, sameSite: 'lax', signed: true, path: `${basePath}/oauth` },
      short: { httpOnly: true, sameSite: 'lax', signed: true },
    },
    routes: {
      authorization: paths.authorization,
      token: paths.token,
      registration: paths.registration,
      revocation: paths.revocation,
      jwks: paths.jwks,
    },
    interactions: {
      policy: await createPolicy(),
      url: (_ctx, { uid }) => `${basePath}${paths.interaction}/${uid}`,
    },
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      // The MCP endpoint takes bearer tokens.
      dPoP: { enabled: false },
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
      },
      registration: { enabled: registration !== false, issueRegistrationAccessToken: false },
      clientIdMetadataDocument: {
        enabled: metadataDocuments !== false,
        ack: 'draft-02',
        async allowFetch(ctx: KoaContextWithOIDC | undefined, id: string) {
          // The pages look for clients outside of a request to oidc-provider.
          if (!ctx || !metadataDocuments) return true;
          // To answer an error, oidc-provider looks once more for a client that it has not found.
          if (asked.get(ctx) === id) return false;
          asked.set(ctx, id);
          const address = settings.addressOf(ctx.req);
          const waitMs = await takeFrom(store, 'documents', address, metadataDocuments.perAddress);
          const isAllowed = waitMs === 0;
          const message = 'the address has named too many metadata documents';
          if (!isAllowed)
            onEvent({ type: 'metadata-document', refused: true, message, clientId: id, address });
          return isAllowed;
        },
      },
      resourceIndicators: {
        enabled: true,
        // Clients before revision 2025-06-18 do not name the resource.
        defaultResource: () => settings.resource,
        useGrantedResource: () => true,
        async getResourceServerInfo(ctx, indicator) {
          if (!isSameUrl(indicator, settings.resource))
            throw new errors.InvalidTarget(`tokens are for ${settings.resource} only`);
          const { Account } = ctx.oidc.entities;
          const server = toResourceServer(settings);
          // Whoever has lost a right since the consent gets no new token for it.
          return Account ? { ...server, scope: await scopeFor(settings, Account['user'] as TUser) } : server;
        },
      },
    } as Configuration['features'],
    responseTypes: ['code'],
    pkce: { required: () => true },
    // Clients in browsers may request tokens. PKCE proves that they began the login.
    clientBasedCORS: () => true,
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: () => true,
    // A login lasts as long as its refresh token, and not as long as a browser is open.
    expiresWithSession: () => Promise.resolve(false),
    loadExistingGrant: async (ctx) => {
      const grantId = ctx.oidc.result?.consent?.grantId;
      return grantId === undefined ? undefined : await ctx.oidc.provider.Grant.find(grantId);
    },
    async findAccount(_ctx, id) {
      const user = await settings.loadUser(id);
      if (user === undefined || user === null) return undefined;
      return { accountId: id, user, claims: () => ({ sub: id }) };
    },
    extraTokenClaims(ctx, token) {
      const { grantId } = token as { grantId?: string };
      const login = grantId === undefined ? {} : { [loginClaim]: records.placeOf('Grant', grantId) };
      return { ...subjectClaims(ctx, token), ...login };
    },
    ...clientAssertionChecks(records),
    discovery: settings.enterprise ? { ...idJagMetadata } : {},
    async renderError(ctx, { error, error_description: description }) {
      ctx.type = 'html';
      ctx.set(pageHeaders);
      ctx.body = await renderMessage(error === 'invalid_client' ? unknownClient : (description ?? error));
    },
    fetch: documents.fetch,
    fetchResponseBodyLimits: { 'client_id metadata document': 10_240, jwks_uri: 65_536 },
    ttl: {
      AccessToken: lifetimes.accessToken,
      ClientCredentials: lifetimes.accessToken,
      AuthorizationCode: lifetimes.code,
      Grant: lifetimes.connection,
      IdToken: lifetimes.accessToken,
      Interaction: lifetimes.interaction,
      RefreshToken: lifetimes.refreshToken,
      Session: lifetimes.interaction,
    },
  };
}

/** Sends every authorization request to the interaction, which asks the app who is signed in. */
async function createPolicy(): Promise<NonNullable<Configuration['interactions']>['policy']> {
  const { interactionPolicy } = await loadProvider();
  const { base, Check } = interactionPolicy;
  const policy = base();
  const check = new Check('app_session', 'the app has to say who is signed in', 'login_required', (ctx) =>
    ctx.oidc.result?.login ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT,
  );
  policy.get('login')!.checks.add(check);
  return policy;
}

/** How tokens for the MCP endpoint are made. */
function toResourceServer<TUser>({ resource, scopes, lifetimes, keys }: Settings<TUser>): ResourceServer {
  const [key] = keys;
  return {
    scope: Object.keys(scopes).join(' '),
    audience: resource,
    accessTokenFormat: 'jwt',
    accessTokenTTL: lifetimes.accessToken,
    jwt: { sign: { alg: algorithmOf(key!) as 'RS256', kid: key!.kid! } },
  };
}

/** The scopes that a person may still allow. */
async function scopeFor<TUser>({ scopes, grants }: Settings<TUser>, user: TUser): Promise<string> {
  const all = Object.keys(scopes);
  const granted = grants ? await grants(user, [...all]) : all;
  return all.filter((scope) => granted.includes(scope)).join(' ');
}

function toMetadata<TUser>(
  { scopes }: Settings<TUser>,
  { claims_supported: _claims, claims_parameter_supported: _parameter, ...metadata }: Record<string, unknown>,
): Record<string, unknown> {
  return { ...metadata, scopes_supported: Object.keys(scopes) };
}
