import type {
  McpAnnotations,
  McpConfirm,
  McpContentAnnotations,
  McpIcon,
  McpPrompt,
  McpRateLimit,
  McpResource,
  McpResultSettings,
  McpSettings,
  McpStream,
  McpTask,
} from '../meta.ts';
import { findNearest } from '../nearest.ts';
import { findWrongValue } from './setting-values.ts';

/**
 * Finds a key that is not a setting, at the top of `mcp` or in a nested setting, and returns a message about it.
 * `_meta`, `input` and `output` may have any keys. Those of `complete` are arguments, which are checked with the input.
 */
export function findUnknownSetting(settings: McpSettings): string | undefined {
  const found = findUnknownKey(['mcp', settings, settingKeys]);
  if (found !== undefined) return found;
  // Most procedures have no nested settings.
  if (Object.values(settings).some((value) => typeof value === 'object')) {
    for (const group of nestedGroupsOf(settings)) {
      const nested = findUnknownKey(group);
      if (nested !== undefined) return nested;
    }
  }
  return findWrongValue(settings);
}

function findUnknownKey([path, value, keys]: Group): string | undefined {
  // An app without types may write anything here, a string for example. It is refused where it is read.
  if (typeof value !== 'object' || value === null) return undefined;
  const unknown = Object.keys(value).find((key) => !Object.hasOwn(keys, key));
  if (unknown === undefined) return undefined;
  if (unknown === 'enabled' && path === 'mcp') return foreign;
  return toMessage(path, unknown, Object.keys(keys));
}

function nestedGroupsOf(settings: McpSettings): Group[] {
  const { annotations, icons, resource, prompt, stream, rateLimit, result, confirm, task } = settings;
  const own = typeof prompt === 'object' ? prompt : undefined;
  return [
    ['mcp.annotations', annotations, annotationKeys],
    ...toIconGroups('mcp.icons', icons),
    ['mcp.resource', resource, resourceKeys],
    ['mcp.resource.annotations', resource?.annotations, contentAnnotationKeys],
    ...toIconGroups('mcp.resource.icons', resource?.icons),
    ['mcp.prompt', own, promptKeys],
    ...toIconGroups('mcp.prompt.icons', own?.icons),
    ['mcp.stream', stream, streamKeys],
    ['mcp.confirm', typeof confirm === 'object' ? confirm : undefined, confirmKeys],
    ['mcp.rateLimit', rateLimit, rateLimitKeys],
    ['mcp.result', result, resultKeys],
    ['mcp.task', task, taskKeys],
  ];
}

const foreign =
  'mcp.enabled is a setting of trpc-to-mcp; write mcp: true, or mcp: { description }, and mcp: false for what is not a tool; ' +
  'or give the handler tag: fromTrpcToMcpMeta(), which reads the meta of trpc-to-mcp';

/** Where the keys stand, the object that has them, and the keys that it may have. */
type Group = [path: string, value: unknown, keys: Record<string, true>];

function toIconGroups(path: string, icons: readonly McpIcon[] | undefined): Group[] {
  if (!Array.isArray(icons)) return [];
  return icons.map((icon, index) => [`${path}[${index}]`, icon, iconKeys]);
}

function toMessage(path: string, unknown: string, known: readonly string[]): string {
  const nearest = findNearest(unknown, known);
  const advice = nearest === undefined ? `use one of: ${known.join(', ')}` : `did you mean ${nearest}?`;
  return `${path}.${unknown} is not a setting; ${advice}`;
}

const settingKeys = {
  name: true,
  title: true,
  description: true,
  annotations: true,
  icons: true,
  _meta: true,
  instructions: true,
  scopes: true,
  visible: true,
  errorHint: true,
  timeoutMs: true,
  input: true,
  output: true,
  toContent: true,
  tool: true,
  resource: true,
  prompt: true,
  complete: true,
  stream: true,
  confirm: true,
  confirmFallback: true,
  rateLimit: true,
  dryRun: true,
  idempotent: true,
  unknownArguments: true,
  pinned: true,
  keywords: true,
  structured: true,
  result: true,
  toolset: true,
  task: true,
} satisfies Record<keyof McpSettings, true>;

const annotationKeys = {
  title: true,
  readOnlyHint: true,
  destructiveHint: true,
  idempotentHint: true,
  openWorldHint: true,
} satisfies Record<keyof McpAnnotations, true>;

const iconKeys = {
  src: true,
  mimeType: true,
  sizes: true,
  theme: true,
} satisfies Record<keyof McpIcon, true>;

const resourceKeys = {
  uri: true,
  name: true,
  title: true,
  description: true,
  mimeType: true,
  size: true,
  annotations: true,
  icons: true,
  _meta: true,
  list: true,
} satisfies Record<keyof McpResource, true>;

const contentAnnotationKeys = {
  audience: true,
  priority: true,
  lastModified: true,
} satisfies Record<keyof McpContentAnnotations, true>;

const promptKeys = {
  name: true,
  title: true,
  description: true,
  icons: true,
  _meta: true,
} satisfies Record<keyof McpPrompt, true>;

const confirmKeys = { question: true, with: true } satisfies Record<keyof McpConfirm, true>;

const streamKeys = { maxItems: true, maxMs: true } satisfies Record<keyof McpStream, true>;

const rateLimitKeys = {
  points: true,
  durationMs: true,
  by: true,
} satisfies Record<keyof McpRateLimit, true>;

const taskKeys = { ttlMs: true, pollMs: true, after: true, required: true } satisfies Record<
  keyof McpTask,
  true
>;

const resultKeys = { maxTokens: true, fields: true, format: true } satisfies Record<
  keyof McpResultSettings,
  true
>;
