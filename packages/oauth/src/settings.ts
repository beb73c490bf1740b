import { randomBytes } from 'node:crypto';
import { SetupError, type SetupProblem, type SetupProblemCode } from '@trpc-mcp/core';
import type { JWK } from 'jose' with { 'resolution-mode': 'import' };
import { isLoopback } from './clients/metadata.ts';
import { findGrantProblems } from './grants/check-options.ts';
import { algorithmOf, generateKey } from './keys.ts';
import type { MetadataDocumentOptions, OAuthServerOptions, RegistrationLimits, Ttl } from './options.ts';
import type { AppView } from './pages/view.ts';
import { memoryOAuthStore } from './store/memory-store.ts';
import type { OAuthStore } from './store/store.ts';

/** The options, checked, with everything that was left out. */
export interface Settings<TUser> extends OAuthServerOptions<TUser> {
  /** The issuer: without a slash at the end, as every client compares it. */
  issuer: string;
  /** The path of the issuer, `''` for most. */
  basePath: string;
  resource: string;
  store: OAuthStore;
  keys: readonly JWK[];
  secrets: readonly string[];
  app: AppView;
  lifetimes: Ttl;
  registration: false | RegistrationLimits;
  metadataDocuments: false | MetadataDocumentOptions;
  userId: (user: TUser) => string;
  userName: (user: TUser) => string;
}

/** Checks the options. Throws a `SetupError` that names every problem. */
export async function readSettings<TUser>(options: OAuthServerOptions<TUser>): Promise<Settings<TUser>> {
  const problems = [...findUnknown(options), ...findProblems(options as object)];
  if (problems.length > 0) throw new SetupError(problems);
  const missing = (['store', 'keys', 'secret'] as const).filter((name) => options[name] === undefined);
  if (missing.length > 0) {
    console.warn(
      `OAuth: without ${missing.join(', ')}, everybody has to connect again when this process starts again. Set ${missing.length > 1 ? 'them' : 'it'} in production.`,
    );
  }
  const url = new URL(options.url);
  const basePath = url.pathname.replace(/\/$/, '');
  const userId = options.userId ?? idOf;
  return {
    ...options,
    issuer: url.origin + basePath,
    basePath,
    resource: String(options.resource),
    store: options.store ?? memoryOAuthStore(),
    keys: options.keys ?? [await generateKey()],
    secrets: toSecrets(options.secret),
    app: { name: options.app?.name ?? url.host, logo: options.app?.logo },
    lifetimes: { ...defaultTtl, ...options.ttl },
    registration:
      options.registration === false ? false : { ...defaultRegistration, ...options.registration },
    metadataDocuments:
      options.metadataDocuments === false ? false : { ...defaultDocuments, ...options.metadataDocuments },
    userId,
    userName: options.userName ?? ((user) => nameOf(user) ?? userId(user)),
  };
}

const day = 86_400;
const hourMs = 3_600_000;

const defaultTtl: Ttl = {
  accessToken: 600,
  refreshToken: 30 * day,
  code: 60,
  interaction: 1800,
  connection: 365 * day,
};

const defaultRegistration: RegistrationLimits = {
  perAddress: { points: 20, durationMs: hourMs },
  total: { points: 1000, durationMs: hourMs },
  maxBytes: 8192,
};

const defaultDocuments: MetadataDocumentOptions = {
  perAddress: { points: 60, durationMs: hourMs },
  allowLoopback: false,
};

function toSecrets(secret: string | readonly string[] | undefined): readonly string[] {
  if (secret === undefined) return [randomBytes(32).toString('base64url')];
  return typeof secret === 'string' ? [secret] : secret;
}

function idOf(user: unknown): string {
  const { id } = user as { id?: unknown };
  if ((typeof id === 'string' && id !== '') || typeof id === 'number') return String(id);
  throw new TypeError('findUser gave somebody without an id; set the option userId: (user) => …');
}

function nameOf(user: unknown): string | undefined {
  const { name, email } = user as { name?: unknown; email?: unknown };
  return [name, email].find((each): each is string => typeof each === 'string' && each !== '');
}

/** Without types, nobody else would notice a name that is not an option. */
function findUnknown(options: object): SetupProblem[] {
  const message = `it is not an option; the options are: ${Object.keys(optionNames).join(', ')}`;
  return Object.keys(options)
    .filter((name) => !Object.hasOwn(optionNames, name))
    .map((name) => ({ code: 'OPTION_UNKNOWN', path: `oauthServer.${name}`, message }));
}

const optionNames = {
  url: true,
  resource: true,
  scopes: true,
  findUser: true,
  loadUser: true,
  userId: true,
  userName: true,
  loginUrl: true,
  grants: true,
  store: true,
  keys: true,
  secret: true,
  app: true,
  pages: true,
  requiredScopes: true,
  scopesSupported: true,
  ttl: true,
  clients: true,
  registration: true,
  metadataDocuments: true,
  clientCredentials: true,
  enterprise: true,
  onEvent: true,
  addressOf: true,
  failureLimit: true,
} satisfies Record<keyof OAuthServerOptions<unknown>, true>;

function findProblems(options: Partial<OAuthServerOptions<never>>): SetupProblem[] {
  const problems: SetupProblem[] = [];
  const add = (name: string, message: string, code: SetupProblemCode = 'OPTION_INVALID') =>
    problems.push({ code, path: `oauthServer.${name}`, message });

  if (!isAddress(options.url))
    add(
      'url',
      'set it to the https address of the app, such as "https://acme.example", without query and fragment',
    );
  if (!isAddress(options.resource))
    add(
      'resource',
      'set it to the https URL of the MCP endpoint, such as "https://acme.example/mcp"',
      'RESOURCE_INVALID',
    );
  for (const name of ['findUser', 'loadUser'] as const) {
    if (typeof options[name] !== 'function') add(name, 'it is missing; set it to a function');
  }
  if (typeof options.loginUrl !== 'string' || options.loginUrl === '')
    add('loginUrl', 'set it to the page where people sign in, such as "/login"');
  const scopes = Object.keys(options.scopes ?? {});
  if (scopes.length === 0)
    add(
      'scopes',
      "name at least one scope, with the words in which people are asked for it: { 'app:read': 'See your customers' }",
    );
  for (const scope of scopes) {
    if (!/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope) || ['openid', 'offline_access'].includes(scope))
      add(
        'scopes',
        `${JSON.stringify(scope)} cannot be a scope of an app; a scope is printable ASCII without spaces, quotes and backslashes`,
        'SCOPE_INVALID',
      );
  }
  for (const name of ['requiredScopes', 'scopesSupported'] as const) {
    for (const scope of options[name] ?? []) {
      if (!scopes.includes(scope))
        add(name, `${JSON.stringify(scope)} is not among the scopes`, 'SCOPE_INVALID');
    }
  }
  problems.push(...findGrantProblems(options, scopes));
  for (const [name, seconds] of Object.entries(options.ttl ?? {})) {
    if (!Object.hasOwn(defaultTtl, name) || !Number.isSafeInteger(seconds) || seconds < 1)
      add(
        `ttl.${name}`,
        `set it to whole seconds, or leave it out; there are: ${Object.keys(defaultTtl).join(', ')}`,
      );
  }
  if (options.secret !== undefined) {
    const secrets = typeof options.secret === 'string' ? [options.secret] : options.secret;
    if (
      !Array.isArray(secrets) ||
      secrets.length === 0 ||
      secrets.some((each) => typeof each !== 'string' || each.length < 32)
    )
      add(
        'secret',
        'set it to a random text of at least 32 characters, or to an array of such texts',
        'SECRET_SHORT',
      );
  }
  if (options.keys !== undefined) findKeyProblems(options.keys, add);
  for (const name of ['store', 'keys', 'secret'] as const) {
    if (options[name] === undefined && process.env['NODE_ENV'] === 'production')
      add(name, `it is missing, so that a restart would end every connection; ${remedies[name]}`);
  }
  return problems;
}

const remedies = {
  store:
    'set it to redisOAuthStore(client), postgresOAuthStore(pool), a store of your own, or, for one process whose people can connect again, memoryOAuthStore()',
  keys: 'make one with generateKey(), keep it like a password, and set it to [key]',
  secret: 'set it to a random text of at least 32 characters',
};

function findKeyProblems(keys: unknown, add: (name: string, message: string) => void): void {
  if (!Array.isArray(keys) || keys.length === 0) {
    add('keys', 'set it to an array of private keys, such as [await generateKey()]');
    return;
  }
  const ids = keys.map((key) => (key as JWK | null)?.kid);
  for (const [index, key] of keys.entries()) {
    const { kid, d } = (key ?? {}) as JWK;
    if (
      typeof kid !== 'string' ||
      kid === '' ||
      typeof d !== 'string' ||
      algorithmOf(key as JWK) === undefined
    )
      add(`keys[${index}]`, 'it is not a private key with a kid; make one with generateKey()');
    else if (ids.indexOf(kid) !== index) add(`keys[${index}]`, 'another key has the same kid');
  }
}

function isAddress(value: string | URL | undefined): boolean {
  if (value === undefined || !URL.canParse(String(value))) return false;
  const { protocol, hostname, search, hash, username } = new URL(value);
  if (search || hash || username) return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}
