import type { FailureLimit } from '../auth/failure-limit.ts';
import type { BearerAuth } from '../auth/bearer.ts';
import type { Bypass } from '../call/context.ts';
import type { Expose } from '../catalog/expose.ts';
import { findNearest } from '../nearest.ts';
import type { McpIcon, McpRateLimit } from '../meta.ts';
import type { Converters } from '../schema/vendor/conversion.ts';
import type { SetupProblem } from '../setup-error.ts';
import type { CorsOptions } from './cors.ts';
import type { HandlerOptions, ServerInfo, SessionLimits } from './options.ts';

/** Finds keys that are not options, at the top and in nested options. Without types, nobody else would notice them. */
export function checkOptionKeys(options: HandlerOptions): SetupProblem[] {
  const { server, auth, sessions, expose, cors, rateLimit, bypass, converters } = options;
  const groups: Group[] = [
    ['', options, optionKeys],
    ['server.', server, serverKeys],
    ...toIconGroups(server?.icons),
    ['auth.', auth, authKeys],
    ['auth.failureLimit.', auth?.failureLimit, failureLimitKeys],
    ['sessions.', sessions, sessionKeys],
    ['expose.', expose, exposeKeys],
    ['cors.', cors, corsKeys],
    ['rateLimit.', rateLimit, rateLimitKeys],
    ['bypass.', bypass, bypassKeys],
    ['converters.', converters, converterKeys],
  ];
  return groups.flatMap(([before, value, keys]) => {
    // Functions, `true` and lists are options of their own. A value of a wrong kind is refused where it is read.
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
    const known = Object.keys(keys);
    const unknown = Object.keys(value).filter((key) => !Object.hasOwn(keys, key));
    return unknown.map((key): SetupProblem => {
      const message = `it is not an option; ${adviceFor(key, known)}`;
      return { code: 'OPTION_UNKNOWN', path: before + key, message };
    });
  });
}

/** What stands before the keys, the object that has them, and the keys that it may have. */
type Group = [before: string, value: unknown, keys: Record<string, true>];

function toIconGroups(icons: readonly McpIcon[] | undefined): Group[] {
  return Array.isArray(icons) ? icons.map((icon, index) => [`server.icons[${index}].`, icon, iconKeys]) : [];
}

function adviceFor(typed: string, known: readonly string[]): string {
  const nearest = findNearest(typed, known) ?? findContaining(typed, known);
  return nearest === undefined ? `the options are: ${known.join(', ')}` : `did you mean ${nearest}?`;
}

/** `context` was meant to be `createContext`, and `maximum` was meant to be `max`. */
function findContaining(typed: string, known: readonly string[]): string | undefined {
  const wanted = typed.toLowerCase();
  if (wanted.length < 3) return undefined;
  return known.find((name) => name.toLowerCase().endsWith(wanted) || wanted.startsWith(name.toLowerCase()));
}

const optionKeys = {
  createContext: true,
  server: true,
  tag: true,
  expose: true,
  toolName: true,
  auth: true,
  callerId: true,
  bypass: true,
  listing: true,
  return200ForErrors: true,
  onError: true,
  exposeInternalErrors: true,
  hookTimeoutMs: true,
  timeoutMs: true,
  legacy: true,
  sessions: true,
  rateLimit: true,
  store: true,
  secret: true,
  bus: true,
  allowedHosts: true,
  allowedOrigins: true,
  cors: true,
  maxBodyBytes: true,
  fastLane: true,
  converters: true,
  codecs: true,
  repair: true,
  unknownArguments: true,
  tools: true,
  resources: true,
  prompts: true,
  // What `redis()` returns is spread into the options, and brings this function for the app.
  close: true,
} satisfies Record<keyof HandlerOptions | 'createContext' | 'callerId' | 'unknownArguments' | 'close', true>;

const serverKeys = {
  name: true,
  version: true,
  title: true,
  instructions: true,
  websiteUrl: true,
  icons: true,
  capabilities: true,
} satisfies Record<keyof ServerInfo, true>;

const iconKeys = { src: true, mimeType: true, sizes: true, theme: true } satisfies Record<
  keyof McpIcon,
  true
>;

const authKeys = {
  authenticate: true,
  required: true,
  authorize: true,
  challenge: true,
  requiredScopes: true,
  metadata: true,
  failureLimit: true,
  callerOf: true,
} satisfies Record<keyof BearerAuth | 'callerOf', true>;

const failureLimitKeys = { max: true, windowMs: true, address: true } satisfies Record<
  keyof FailureLimit,
  true
>;
const sessionKeys = { max: true, idleMs: true } satisfies Record<keyof SessionLimits, true>;
const exposeKeys = { include: true, exclude: true } satisfies Record<keyof Expose, true>;
const corsKeys = { origins: true, headers: true, credentials: true } satisfies Record<
  keyof CorsOptions,
  true
>;
const rateLimitKeys = { points: true, durationMs: true, by: true } satisfies Record<keyof McpRateLimit, true>;
const bypassKeys = { authentication: true, permissions: true } satisfies Record<keyof Bypass, true>;
const converterKeys = { zod: true, valibot: true } satisfies Record<keyof Converters, true>;
