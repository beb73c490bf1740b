import type { IncomingMessage } from 'node:http';
import type { BearerOptions } from '@trpc-mcp/core';
import type { JWK } from 'jose' with { 'resolution-mode': 'import' };
import type { OnEvent } from './event.ts';
import type { AppView, Pages } from './pages/view.ts';
import type { OAuthStore } from './store/store.ts';

/** Options of `oauthServer`. */
export interface OAuthServerOptions<TUser, TScope extends string = string> {
  /** The public address of the app, such as `https://acme.example`. It is the issuer of the tokens. */
  url: string | URL;
  /** The URL of the MCP endpoint, as clients know it. Every token is for it alone. */
  resource: string | URL;
  /** Every scope that a client can ask for, with the words in which the person is asked for it. */
  scopes: Readonly<Record<TScope, string>>;
  /**
   * Finds whoever is signed in to the app with a browser, from the request: by its cookie, as the app itself does. A method,
   * so that a function of the host's own request, such as one of Express with `req.session`, can be given without a cast.
   */
  findUser(request: IncomingMessage): TUser | undefined | Promise<TUser | undefined>;
  /** Loads a person again by id, for each call of a client. `undefined` for somebody who may not use the app any more. */
  loadUser: (id: string) => TUser | undefined | Promise<TUser | undefined>;
  /** The id of a person, which is the `sub` of their tokens. By default the person's `id`. */
  userId?: (user: TUser) => string;
  /** A word for a person on the pages. By default the person's `name`, `email` or id. */
  userName?: (user: TUser) => string;
  /**
   * The app's page where a person signs in. The person is sent there with the query parameter `returnTo`, a path of the app
   * that goes on with the connection. If the login page ignores it, the next page of the app that the person opens goes on.
   */
  loginUrl: string;
  /** What this person may allow of what a client asks for. By default everything. */
  grants?: (user: TUser, asked: TScope[]) => readonly TScope[] | Promise<readonly TScope[]>;
  /** Where things are kept. In development, it is the memory of this process by default, with a warning. */
  store?: OAuthStore;
  /**
   * The private keys that tokens are signed with, as JWKs of `generateKey()`. The first one signs, the others are still
   * accepted. In development, a new key is made at each start by default, with a warning.
   */
  keys?: readonly JWK[];
  /**
   * A random text of at least 32 characters, which encrypts what is stored and signs cookies. Give an array to change it:
   * the first one is used, the others are still accepted. In development, a new one is made at each start by default.
   */
  secret?: string | readonly string[];
  /** The name and logo of the app on the pages. By default its host. */
  app?: Partial<AppView>;
  /** Pages in place of the ones that come with this package. */
  pages?: Pages<TUser>;
  /** The scopes that every token needs. */
  requiredScopes?: readonly TScope[];
  /** The scopes that clients ask for at first. List only what most clients need. All by default. */
  scopesSupported?: readonly TScope[];
  /** How long things last, in seconds. */
  ttl?: Partial<Ttl>;
  /** Clients that the app registers itself, as their metadata of RFC 7591. */
  clients?: readonly StaticClient[];
  /** Dynamic client registration. `false` turns it off. */
  registration?: false | Partial<RegistrationLimits>;
  /** Clients whose id is the URL of a document about them. `false` turns it off. */
  metadataDocuments?: false | Partial<MetadataDocumentOptions>;
  /** Lets `clients` with `client_credentials` among their `grant_types` get tokens for themselves. Off by default. */
  clientCredentials?: boolean;
  /**
   * Lets clients exchange an assertion of the company's identity provider (ID-JAG) for a token, without asking the person.
   * A client needs `urn:ietf:params:oauth:grant-type:jwt-bearer` among its `grant_types`, and a secret or keys. Off by
   * default.
   */
  enterprise?: EnterpriseOptions<TUser>;
  /** Is told what happens. By default, failures and attacks are printed with `console.error` and `console.warn`. */
  onEvent?: OnEvent;
  /** The address that a request came from, for limits. By default `req.ip` of Express, or the socket's. */
  addressOf?: (request: IncomingMessage) => string | undefined;
  /** How often an address may present a credential that is not valid at the MCP endpoint. */
  failureLimit?: NonNullable<BearerOptions['failureLimit']>;
}

/** How long things last, in seconds. */
export interface Ttl {
  /** 600 by default. */
  accessToken: number;
  /** How long a client may stay away. 30 days by default. */
  refreshToken: number;
  /** 60 by default. */
  code: number;
  /** How long a person has for login and consent. 1,800 by default. */
  interaction: number;
  /** When a person is asked again, whatever the client does. 365 days by default. */
  connection: number;
}

/** How much may be registered. */
export interface RegistrationLimits {
  /** Registrations from one address. `{ points: 20, durationMs: 3_600_000 }` by default. */
  perAddress: RateLimit;
  /** Registrations from all addresses together. `{ points: 1000, durationMs: 3_600_000 }` by default. */
  total: RateLimit;
  /** The largest request, in bytes. 8,192 by default. */
  maxBytes: number;
}

/** How many metadata documents may be fetched, and where they may be. */
export interface MetadataDocumentOptions {
  /** Documents that are fetched for one address. `{ points: 60, durationMs: 3_600_000 }` by default. */
  perAddress: RateLimit;
  /**
   * Lets documents be on this machine, also over http: for tests and development. Documents on other internal addresses
   * are refused all the same. `false` by default.
   */
  allowLoopback: boolean;
}

/** How often something may happen: `points` times in each `durationMs`. */
export interface RateLimit {
  points: number;
  durationMs: number;
}

/** A client that the app knows. The names are those of RFC 7591. */
export interface StaticClient {
  client_id: string;
  client_name?: string;
  client_secret?: string;
  redirect_uris?: readonly string[];
  grant_types?: readonly string[];
  token_endpoint_auth_method?: 'none' | 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt';
  jwks?: { keys: readonly JWK[] };
  jwks_uri?: string;
  /** The scopes that it can get with `client_credentials`, separated by spaces. None by default. */
  scope?: string;
  logo_uri?: string;
  client_uri?: string;
}

/**
 * Enterprise-managed authorization: the identity provider of a company decides which clients its people may connect.
 * @see https://modelcontextprotocol.io/extensions/auth/enterprise-managed-authorization
 */
export interface EnterpriseOptions<TUser> {
  /** The identity providers whose assertions are accepted. */
  issuers: readonly { issuer: string; jwksUri: string | URL }[];
  /**
   * Finds the person that an assertion is about, by its claims: by `iss` with `sub`, or by `email` for one company alone,
   * because an identity provider can write any address. Nobody gets a token for `undefined`.
   */
  findUser: (claims: Readonly<Record<string, unknown>>) => TUser | undefined | Promise<TUser | undefined>;
}
