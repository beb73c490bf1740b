import type { Tool } from '@modelcontextprotocol/client';
import { asRecord, asText } from '../parts/record.ts';
import { procedureOf } from './procedure.ts';

/** Something that one wants to know of a tool at a glance. */
export interface Badge {
  kind: BadgeKind;
  /** What the badge says in a list: `reads`. */
  label: string;
  /** The same in a sentence. */
  meaning: string;
}

export type BadgeKind = keyof typeof badgeKinds;

/** All badges, with their labels, in the order in which they are shown. */
export const badgeKinds = {
  reads: 'reads',
  changes: 'changes',
  destroys: 'destroys',
  unknown: 'no hints',
  asks: 'asks',
  scopes: 'scopes',
  dryRun: 'dry run',
  limit: 'limit',
  file: 'file',
  app: 'opens an app',
  noOutput: 'no output schema',
} as const;

/** Says what one wants to know of a tool at a glance. */
export function badgesOf(tool: Tool): Badge[] {
  const { scopes, confirm, dryRun, rateLimit } = procedureOf(tool);
  const badges: [BadgeKind, string | false][] = [
    [
      effectOf(tool),
      {
        reads: 'It changes nothing.',
        changes: 'It changes something, and destroys nothing.',
        destroys: 'It may destroy something, or change it so that it cannot be undone.',
        unknown: 'It has no annotations, so that clients treat it as a tool that may destroy something.',
      }[effectOf(tool)],
    ],
    ['asks', confirm && 'A person is asked before it runs.'],
    ['scopes', scopes.length > 0 && `Callers need the scopes ${scopes.join(', ')}.`],
    ['dryRun', dryRun && 'It can say what it would do, without doing it.'],
    [
      'limit',
      rateLimit !== undefined &&
        `Each caller may call it ${rateLimit.points} times in ${toDuration(rateLimit.durationMs)}.`,
    ],
    ['file', takesFile(tool) && 'It takes a file.'],
    ['app', opensApp(tool) && 'Its result is shown in an app of its own.'],
    ['noOutput', tool.outputSchema === undefined && 'It does not say what it returns.'],
  ];
  return badges.flatMap(([kind, meaning]) =>
    meaning === false ? [] : [{ kind, label: badgeKinds[kind], meaning }],
  );
}

/** Says a time in words: `1 minute`, `90 seconds`. */
export function toDuration(ms: number): string {
  const units = [
    ['day', 86_400_000],
    ['hour', 3_600_000],
    ['minute', 60_000],
    ['second', 1000],
  ] as const;
  const [unit, size] = units.find(([, length]) => ms >= length && ms % length === 0) ?? ['ms', 1];
  const count = ms / size;
  return unit === 'ms' ? `${count} ms` : `${count} ${unit}${count === 1 ? '' : 's'}`;
}

type Effect = 'reads' | 'changes' | 'destroys' | 'unknown';

function effectOf(tool: Tool): Effect {
  const { readOnlyHint, destructiveHint } = tool.annotations ?? {};
  const { type } = procedureOf(tool);
  if (readOnlyHint === true) return 'reads';
  if (destructiveHint === true) return 'destroys';
  if (destructiveHint === false) return 'changes';
  if (readOnlyHint === false) return 'destroys';
  if (type === 'query' || type === 'subscription') return 'reads';
  return type === 'mutation' ? 'changes' : 'unknown';
}

function takesFile({ inputSchema, _meta: meta }: Tool): boolean {
  const params = meta?.['openai/fileParams'];
  if (Array.isArray(params) && params.length > 0) return true;
  return Object.values(asRecord(inputSchema.properties) ?? {}).some(isFile);
}

/** A file is bytes in base64, alone or in an object with the file's name and type. */
function isFile(schema: unknown): boolean {
  const { contentEncoding, format, properties } = asRecord(schema) ?? {};
  if (contentEncoding === 'base64' || format === 'binary') return true;
  return Object.values(asRecord(properties) ?? {}).some(
    (inner) => asRecord(inner)?.['contentEncoding'] === 'base64',
  );
}

function opensApp({ _meta: meta }: Tool): boolean {
  const ui = asRecord(meta?.['ui']);
  return asText(ui?.['resourceUri'] ?? meta?.['ui/resourceUri']) !== undefined;
}
