import type { SetupProblem, SetupProblemCode } from '@trpc-mcp/core';
import type { JWK } from 'jose' with { 'resolution-mode': 'import' };
import { isLoopback } from './clients/metadata.ts';
import { findGrantProblems } from './grants/check-options.ts';
import { algorithmOf } from './keys.ts';
import type { OAuthServerOptions } from './options.ts';

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

/** Finds every problem of the options. `ttls` are the names of the lifetimes. */
export function findProblems(given: object, ttls: readonly string[]): SetupProblem[] {
  const options: Partial<OAuthServerOptions<never>> = given;
  const problems: SetupProblem[] = findUnknown(given);
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
  if (!isPageUrl(options.loginUrl))
    add('loginUrl', 'set it to the page where people sign in, such as "/login"');
  for (const name of ['grants', 'userId', 'userName', 'onEvent', 'addressOf'] as const) {
    if (options[name] !== undefined && typeof options[name] !== 'function')
      add(name, 'it is not a function; set it to one, or leave it out');
  }
  for (const name of ['app', 'pages', 'ttl'] as const) {
    if (options[name] !== undefined && !isObject(options[name])) add(name, 'it is not an object');
  }
  for (const [name, page] of Object.entries(options.pages ?? {})) {
    if (!['consent', 'connections', 'message'].includes(name) || typeof page !== 'function')
      add(`pages.${name}`, 'set consent, connections and message to functions, or leave them out');
  }
  const wanted = ['add', 'get', 'set', 'delete', 'keysOf', 'take'] as const;
  if (options.store !== undefined && wanted.some((name) => typeof options.store?.[name] !== 'function'))
    add('store', `it is not a store: it has to have the methods ${wanted.join(', ')}`);
  findClientProblems(options.clients, add);
  const scopes = isObject(options.scopes) ? Object.keys(options.scopes ?? {}) : [];
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
  if (options.clients === undefined || Array.isArray(options.clients))
    problems.push(...findGrantProblems(options, scopes));
  for (const [name, seconds] of Object.entries(options.ttl ?? {})) {
    if (!ttls.includes(name) || !Number.isSafeInteger(seconds) || seconds < 1)
      add(`ttl.${name}`, `set it to whole seconds, or leave it out; there are: ${ttls.join(', ')}`);
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

const algorithms = new Set<string | undefined>(['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519']);

/** 2,048 bits are 256 bytes, which are 342 characters. */
function isShort({ kty, n }: JWK): boolean {
  return kty === 'RSA' && (n?.length ?? 0) < 342;
}

function findClientProblems(clients: unknown, add: (name: string, message: string) => void): void {
  if (clients === undefined) return;
  if (!Array.isArray(clients)) {
    add('clients', 'it is not a list; set it to [{ client_id, … }]');
    return;
  }
  const ids = clients.map((client: { client_id?: unknown } | null) => client?.client_id);
  for (const [index, id] of ids.entries()) {
    if (typeof id !== 'string' || id === '') add(`clients[${index}]`, 'it has no client_id');
    else if (ids.indexOf(id) !== index) add(`clients[${index}]`, 'another client has the same client_id');
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether this is a page of the app, or a page of the web. */
function isPageUrl(value: unknown): boolean {
  const app = 'https://app.invalid';
  if (typeof value !== 'string' || value === '' || !URL.canParse(value, app)) return false;
  return ['https:', 'http:'].includes(new URL(value, app).protocol);
}

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
    else if (!algorithms.has(algorithmOf(key as JWK)) || isShort(key as JWK))
      add(
        `keys[${index}]`,
        `it signs in a way that is not taken here; make one with generateKey(), or use ${[...algorithms].join(', ')} (RSA with at least 2,048 bits)`,
      );
  }
}

function isAddress(value: string | URL | undefined): boolean {
  if (value === undefined || !URL.canParse(String(value))) return false;
  const { protocol, hostname, search, hash, username } = new URL(value);
  if (search || hash || username) return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}
