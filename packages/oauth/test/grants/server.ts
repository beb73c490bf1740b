import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { initTRPC } from '@trpc/server';
import { bearer, jwt, type McpMeta, type McpRequest, resourceMetadataHandler } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/express';
import express from 'express';
import { exportJWK, generateKeyPair } from 'jose';
import type { Adapter, AdapterPayload, KoaContextWithOIDC, Provider, ResourceServer } from 'oidc-provider';
import { clientAssertionChecks, fixAssertionAudience } from '../../src/grants/client-assertion.ts';
import { findMachines, registerClientCredentials } from '../../src/grants/client-credentials.ts';
import { idJagMetadata, type IdJagOptions, registerIdJag } from '../../src/grants/id-jag.ts';
import { createSubjectClaims, readSubject } from '../../src/grants/subject-type.ts';
import { loadProvider } from '../../src/load-provider.ts';
import { createRecords } from '../../src/records.ts';
import { createSeal } from '../../src/seal.ts';
import type { StaticClient } from '../../src/options.ts';
import type { OAuthStore } from '../../src/store/store.ts';

export const scopes = ['app:read', 'app:write'];

export interface User {
  id: string;
}

export interface ServerSettings {
  store: OAuthStore;
  clients?: readonly StaticClient[];
  enterprise?: Pick<IdJagOptions<User>, 'enterprise' | 'grants'> & { defaultScopes?: readonly string[] };
  /** The address that the server says it has. By default where it listens. */
  issuer?: string;
}

/** What happened at the token endpoint. */
export interface TokenEvent {
  refused: string | undefined;
  clientId: string | undefined;
  userId: string | undefined;
  message: string;
}

export interface Server extends AsyncDisposable {
  issuer: string;
  resource: string;
  /** Where it listens. */
  origin: string;
  events: TokenEvent[];
}

const { privateKey } = await generateKeyPair('ES256', { extractable: true });
const key = { ...(await exportJWK(privateKey)), kid: 'ours', alg: 'ES256', use: 'sig' };

/** Starts an app whose authorization server has only the two grants, and an MCP endpoint with a tool `whoami`. */
export async function startServer(settings: ServerSettings): Promise<Server> {
  const app = express();
  const { origin, close } = await listen(app);
  const issuer = settings.issuer ?? origin;
  const resource = `${issuer}/mcp`;
  const events: TokenEvent[] = [];
  app.use('/mcp', createEndpoint(issuer, resource, `${origin}/oauth/keys`, app));
  const provider = await createProvider(issuer, resource, settings);
  listenTo(provider, events);
  const serve = provider.callback();
  app.use((req, res) => void serve(req, res));
  return { issuer, resource, origin, events, [Symbol.asyncDispose]: close };
}

async function createProvider(
  issuer: string,
  resource: string,
  { store, clients = [], enterprise }: ServerSettings,
): Promise<Provider> {
  const resourceServer: ResourceServer = {
    scope: scopes.join(' '),
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: 'ES256' } },
  };
  const records = createRecords(store, createSeal(['a secret of these tests']), 'test');
  const target = { resource, resourceServer, scopes };
  const { Provider: Constructor } = await loadProvider();
  const provider = new Constructor(issuer, {
    adapter: createAdapter,
    jwks: { keys: [key] },
    cookies: { keys: ['the secret of these tests'] },
    routes: { token: '/oauth/token', jwks: '/oauth/keys', registration: '/oauth/register' },
    clients: clients.map((client) => ({
      ...client,
      // For the grant alone: the provider would limit the scopes of logins to it, too.
      scope: undefined,
      response_types: client.redirect_uris ? ['code'] : [],
    })) as never,
    clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    enabledJWA: {
      idTokenSigningAlgValues: ['ES256'],
      clientAuthSigningAlgValues: ['ES256', 'RS256', 'PS256', 'EdDSA'],
    },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    discovery: enterprise ? { ...idJagMetadata } : {},
    extraTokenClaims: createSubjectClaims(new Set(findMachines(clients).map(({ client_id: id }) => id))),
    ...clientAssertionChecks(records),
    features: {
      devInteractions: { enabled: false },
      registration: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource,
        getResourceServerInfo: () => resourceServer,
      },
    },
    ttl: { AccessToken: 600, ClientCredentials: 600 },
  });
  fixAssertionAudience(provider);
  registerClientCredentials(provider, { clients, target });
  if (enterprise) {
    const { defaultScopes = scopes } = enterprise;
    registerIdJag<User, string>(provider, {
      ...enterprise,
      target,
      defaultScopes,
      records,
      userId: ({ id }) => id,
    });
  }
  return provider;
}

/** The grants store nothing there. Registrations are kept as long as the server runs. */
function createAdapter(): Adapter {
  const payloads = new Map<string, AdapterPayload>();
  return {
    upsert: async (id, payload) => void payloads.set(id, payload),
    find: async (id) => payloads.get(id),
    findByUserCode: async () => undefined,
    findByUid: async () => undefined,
    consume: async () => {},
    destroy: async (id) => void payloads.delete(id),
    revokeByGrantId: async () => {},
  };
}

function listenTo(provider: Provider, events: TokenEvent[]): void {
  const add = ({ oidc }: KoaContextWithOIDC, refused?: string, message = 'A token was issued.') => {
    const { Client, Account } = oidc.entities;
    events.push({ refused, clientId: Client?.clientId, userId: Account?.accountId, message });
  };
  provider.on('grant.success', (context) => add(context));
  provider.on('grant.error', (context, { error, error_description: message }) =>
    add(context, error, message),
  );
  provider.on('server_error', (context, { message }) => add(context, 'server_error', message));
}

function createEndpoint(
  issuer: string,
  resource: string,
  jwksUri: string,
  app: express.Express,
): express.RequestHandler {
  const t = initTRPC.context<{ mcp?: McpRequest }>().meta<McpMeta>().create();
  const router = t.router({
    whoami: t.procedure.meta({ mcp: { scopes: ['app:read'] } }).query(({ ctx }) => {
      const { subject, clientId, scopes: granted, extra = {} } = ctx.mcp!.auth!;
      return { subject, clientId, scopes: granted, speaksFor: readSubject(extra)?.type ?? null };
    }),
  });
  const auth = bearer({
    verify: jwt({ issuer, jwksUri }),
    resource,
    authorizationServers: [issuer],
    scopesSupported: scopes,
  });
  app.use(resourceMetadataHandler(auth));
  return mcpHandler(router, { createContext: ({ mcp }) => ({ mcp }), auth });
}

/** Listens on this machine. Does not answer before `listener` does. */
export async function listen(
  listener: RequestListener,
): Promise<{ origin: string; close: () => Promise<void> }> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
