import type { FailureLimit } from '../auth/failure-limit.ts';
import type { BearerAuth } from '../auth/bearer.ts';
import type { Bypass } from '../call/context.ts';
import type { AsTools } from '../catalog/as-tools.ts';
import { isCodeMode } from '../catalog/code-mode.ts';
import type { Expose } from '../catalog/expose.ts';
import type { FileOptions } from '../catalog/item.ts';
import type { Budget } from '../catalog/size.ts';
import type { McpIcon, McpRateLimit, McpResultSettings } from '../meta.ts';
import type { TaughtClass, WireCodec } from '../schema/codec.ts';
import type { Converters } from '../schema/vendor/conversion.ts';
import type { SetupProblem } from '../setup-error.ts';
import { findUnknownOptions, type OptionGroup } from '../nearest.ts';
import { isRecord } from '../record.ts';
import type { CardOptions, CardRepository } from './card/card.ts';
import type { CorsOptions } from './cors.ts';
import type { DiscoverySearch, HandlerOptions, ServerInfo, SessionLimits, TaskOptions } from './options.ts';

/** Finds keys that are not options, at the top and in nested options. Without types, nobody else would notice them. */
export function checkOptionKeys(options: HandlerOptions): SetupProblem[] {
  const {
    server,
    auth,
    sessions,
    expose,
    files,
    budget,
    discovery,
    asTools,
    card,
    cors,
    rateLimit,
    result,
    bypass,
    converters,
    codecs,
    tasks,
  } = options;
  const groups: OptionGroup[] = [
    ['', options, optionKeys],
    ['server.', server, serverKeys],
    ...toIconGroups(server?.icons),
    ['auth.', auth, authKeys],
    ['auth.failureLimit.', auth?.failureLimit, failureLimitKeys],
    ['sessions.', sessions, sessionKeys],
    ['expose.', expose, exposeKeys],
    ['files.', files, fileKeys],
    ['budget.', budget, budgetKeys],
    // A code mode may have what it likes.
    ['discovery.', isCodeMode(discovery) ? undefined : discovery, discoveryKeys],
    ['asTools.', asTools, asToolsKeys],
    ['card.', card, cardKeys],
    ['card.repository.', isRecord(card) ? card.repository : undefined, repositoryKeys],
    ['cors.', cors, corsKeys],
    ['rateLimit.', rateLimit, rateLimitKeys],
    ['result.', result, resultKeys],
    ['bypass.', bypass, bypassKeys],
    ['tasks.', tasks, taskKeys],
    ['converters.', converters, converterKeys],
    ...toCodecGroups(codecs),
  ];
  return findUnknownOptions(groups);
}

function toIconGroups(icons: readonly McpIcon[] | undefined): OptionGroup[] {
  return Array.isArray(icons) ? icons.map((icon, index) => [`server.icons[${index}].`, icon, iconKeys]) : [];
}

function toCodecGroups(codecs: readonly WireCodec[] | undefined): OptionGroup[] {
  return Array.isArray(codecs) ? codecs.map((codec, index) => [`codecs[${index}].`, codec, codecKeys]) : [];
}

const optionKeys = {
  createContext: true,
  server: true,
  tag: true,
  expose: true,
  outputSchemas: true,
  schemas: true,
  outputs: true,
  structured: true,
  files: true,
  discovery: true,
  asTools: true,
  skills: true,
  budget: true,
  toolName: true,
  auth: true,
  callerId: true,
  onCall: true,
  bypass: true,
  listing: true,
  return200ForErrors: true,
  onError: true,
  toError: true,
  errorFormatter: true,
  exposeInternalErrors: true,
  hookTimeoutMs: true,
  timeoutMs: true,
  legacy: true,
  sessions: true,
  rateLimit: true,
  result: true,
  store: true,
  secret: true,
  bus: true,
  allowedHosts: true,
  allowedOrigins: true,
  cors: true,
  maxBodyBytes: true,
  card: true,
  fastLane: true,
  page: true,
  converters: true,
  codecs: true,
  repair: true,
  unknownArguments: true,
  tools: true,
  resources: true,
  prompts: true,
  tasks: true,
  // What `redis()` returns is spread into the options, and brings this function for the app.
  close: true,
} satisfies Record<keyof HandlerOptions | 'createContext' | 'callerId' | 'unknownArguments' | 'close', true>;

const serverKeys = {
  name: true,
  version: true,
  title: true,
  description: true,
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
const sessionKeys = {
  max: true,
  idleMs: true,
  keptBytes: true,
  retryMs: true,
  connectionMs: true,
} satisfies Record<keyof SessionLimits, true>;
const fileKeys = { linkOver: true } satisfies Record<keyof FileOptions, true>;
const budgetKeys = { listTokens: true } satisfies Record<keyof Budget, true>;
const discoveryKeys = { over: true, find: true } satisfies Record<keyof DiscoverySearch, true>;
const asToolsKeys = { resources: true, prompts: true } satisfies Record<keyof AsTools, true>;
const exposeKeys = { include: true, exclude: true } satisfies Record<keyof Expose, true>;
const cardKeys = {
  name: true,
  description: true,
  url: true,
  repository: true,
  headers: true,
} satisfies Record<keyof CardOptions, true>;
const repositoryKeys = { url: true, source: true, subfolder: true, id: true } satisfies Record<
  keyof CardRepository,
  true
>;
const corsKeys = { origins: true, headers: true, credentials: true } satisfies Record<
  keyof CorsOptions,
  true
>;
const rateLimitKeys = { points: true, durationMs: true, by: true } satisfies Record<keyof McpRateLimit, true>;
const resultKeys = { maxTokens: true, fields: true, format: true } satisfies Record<
  keyof McpResultSettings,
  true
>;
const taskKeys = { run: true, createContext: true, perCaller: true, waitUntil: true } satisfies Record<
  keyof TaskOptions,
  true
>;
const bypassKeys = { authentication: true, permissions: true } satisfies Record<keyof Bypass, true>;
const converterKeys = { zod: true, valibot: true } satisfies Record<keyof Converters, true>;
const codecKeys = { class: true, parser: true, schema: true, decode: true, encode: true } satisfies Record<
  keyof TaughtClass,
  true
>;
