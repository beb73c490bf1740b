import { randomBytes } from 'node:crypto';
import { SetupError } from '@trpc-mcp/core';
import type { JWK } from 'jose' with { 'resolution-mode': 'import' };
import { addressOf } from './address.ts';
import { findProblems } from './check-options.ts';
import { generateKey } from './keys.ts';
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
  addressOf: NonNullable<OAuthServerOptions<TUser>['addressOf']>;
  userName: (user: TUser) => string;
}

/** An app without types, or with a variable that is not set, may pass `null`. */
function withoutNull<TOptions extends object>(options: TOptions): TOptions {
  const given = Object.entries(options ?? {}).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(given) as TOptions;
}

/** Checks the options. Throws a `SetupError` that names every problem. */
export async function readSettings<TUser>(given: OAuthServerOptions<TUser>): Promise<Settings<TUser>> {
  const options = withoutNull(given);
  const problems = findProblems(options, Object.keys(defaultTtl));
  if (problems.length > 0) throw new SetupError(problems);
  const missing = (['store', 'keys', 'secret'] as const).filter((name) => options[name] === undefined);
  if (missing.length > 0) {
    console.warn(
      `OAuth: without ${missing.join(', ')}, everybody has to connect again when this process starts again. Set ${missing.length > 1 ? 'them' : 'it'} in production.`,
    );
  }
  const url = new URL(options.url);
  const basePath = url.pathname.replace(/\/$/, '');
  const readId = options.userId ?? idOf;
  const userId = (user: TUser) => toId(readId(user));
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
    addressOf: options.addressOf ?? addressOf,
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

function idOf(user: unknown): unknown {
  return (user as { id?: unknown }).id;
}

/** The same id as text, as it is in tokens. `loadUser` gets this text. */
function toId(id: unknown): string {
  if (typeof id === 'string' && id !== '') return id;
  if (typeof id === 'number' || typeof id === 'bigint') return String(id);
  throw new TypeError('findUser gave somebody without an id; set the option userId: (user) => …');
}

function nameOf(user: unknown): string | undefined {
  const { name, email } = user as { name?: unknown; email?: unknown };
  return [name, email].find((each): each is string => typeof each === 'string' && each !== '');
}
