import type { McpSettings, McpTask } from '../meta.ts';
import { isRecord } from '../record.ts';
import { aBoolean, aFunction, anObject, aResult, type Kind } from './kind.ts';

/**
 * Finds a setting with a value of a wrong kind, which only an app without types can give, and returns a message about it. A
 * client may refuse the whole list because of one title that is no text.
 */
export function findWrongValue(settings: McpSettings): string | undefined {
  const { annotations, resource, prompt } = settings as Record<string, unknown>;
  const groups: Group[] = [
    ['mcp', settings, settingKinds],
    ['mcp.annotations', annotations, annotationKinds],
    ['mcp.resource', resource, listedKinds],
    ['mcp.prompt', prompt, listedKinds],
  ];
  for (const [path, values, kinds] of groups) {
    if (!isRecord(values)) continue;
    // Every procedure is looked at, so nothing is copied.
    for (const key in kinds) {
      const value = values[key];
      if (value !== undefined && !kinds[key]!.takes(value))
        return `${path}.${key} is ${nameOf(value)}; it has to be ${kinds[key]!.words}`;
    }
  }
  return undefined;
}

/** Where the settings stand, the object that has them, and which values each of them takes. */
type Group = [path: string, values: unknown, kinds: Record<string, Kind>];

function nameOf(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return 'a list';
  if (isRecord(value)) return 'an object';
  return typeof value === 'function' ? 'a function' : String(value);
}

const iconList: Kind = {
  takes: (value) => Array.isArray(value) && value.every(isIcon),
  words: 'a list such as [{ src, sizes: ["48x48"] }]',
};
// A text of meta that comes from elsewhere may be null, which is none.
const aText: Kind = { takes: (value) => value === null || typeof value === 'string', words: 'a text' };

function oneOf(...values: readonly string[]): Kind {
  const words = values.join(', ').replace(/, ([^,]+)$/, ' or $1');
  return { takes: (value) => values.includes(value as string), words };
}

const settingKinds: Record<string, Kind> = {
  title: aText,
  description: aText,
  instructions: aText,
  annotations: anObject,
  icons: iconList,
  _meta: anObject,
  visible: aFunction,
  errorHint: aFunction,
  toContent: aFunction,
  confirm: {
    takes: (value) => typeof value === 'string' || value === true || isFilledQuestion(value),
    words: 'true, the question, or { question, with: "the path of a query" }',
  },
  confirmFallback: oneOf('refuse', 'proceed'),
  unknownArguments: oneOf('refuse', 'pass'),
  pinned: aBoolean,
  keywords: {
    takes: (value) =>
      Array.isArray(value) && value.every((word) => typeof word === 'string' && /\S/.test(word)),
    words: 'a list of texts that are not empty, such as ["invoice"]',
  },
  structured: oneOf('auto', 'always', 'never'),
  result: aResult,
  toolset: {
    takes: (value) => typeof value === 'string' && /^[^\s,]+$/.test(value),
    words: 'a name without spaces and commas, such as "billing"',
  },
  task: {
    takes: (value) => value === true || isTask(value),
    words: 'true, or { ttlMs, pollMs, after, required }: whole numbers of milliseconds, and true or false',
  },
} satisfies Partial<Record<keyof McpSettings, Kind>>;

const annotationKinds: Record<string, Kind> = {
  title: { takes: (value) => typeof value === 'string', words: 'a text' },
  readOnlyHint: aBoolean,
  destructiveHint: aBoolean,
  idempotentHint: aBoolean,
  openWorldHint: aBoolean,
};

const listedKinds: Record<string, Kind> = {
  title: aText,
  description: aText,
  icons: iconList,
  _meta: anObject,
};

function isFilledQuestion(value: unknown): boolean {
  return isRecord(value) && typeof value['question'] === 'string' && typeof value['with'] === 'string';
}

function isTask(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { ttlMs, pollMs, after, required } = value satisfies Partial<Record<keyof McpTask, unknown>>;
  const isTime = (ms: unknown, least: number) =>
    ms === undefined || (Number.isSafeInteger(ms) && (ms as number) >= least);
  const isFlag = required === undefined || typeof required === 'boolean';
  return isTime(ttlMs, 1) && isTime(pollMs, 1) && isTime(after, 0) && isFlag;
}

function isIcon(value: unknown): boolean {
  if (!isRecord(value) || typeof value['src'] !== 'string') return false;
  const { sizes } = value;
  return sizes === undefined || (Array.isArray(sizes) && sizes.every((size) => typeof size === 'string'));
}
