import { isSchema } from '../../schema/json-schema.ts';
import { type Contract, sortKeys } from './contract-file.ts';
import { type Edit, editsOf } from './edit.ts';
import { isRecursive, toNormalForm } from './normal-form.ts';
import { effectOf } from './schema-edit.ts';

/** One thing that clients will see differently. */
export interface Change {
  /** The tool's name, and the path inside its contract. */
  at: string;
  /** What has changed, in words. */
  what: string;
  /** Whether a client that worked before may fail now. */
  isBreaking: boolean;
}

/**
 * Lists the changes between two contracts, by kind and name. Older files have no entry for kinds that were added
 * later.
 */
export function diffContracts(before: Partial<Contract>, after: Contract): Change[] {
  return [
    ...diffItems('', before.tools, after.tools),
    ...diffItems('resource ', before.resources, after.resources),
    ...diffItems('prompt ', before.prompts, after.prompts),
  ];
}

function diffItems(
  kind: string,
  before: Record<string, object> = {},
  after: Record<string, object>,
): Change[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].toSorted().flatMap((name) => diffItem(`${kind}${name}`, before[name], after[name]));
}

function diffItem(name: string, before: object | undefined, after: object | undefined): Change[] {
  if (!before) return [{ at: name, what: 'appeared', isBreaking: false }];
  if (!after) return [{ at: name, what: 'vanished', isBreaking: true }];
  return editsOf(normalize(before), normalize(after)).map((edit) => ({
    at: `${name} ${edit.path.join('.')}`,
    what: describe(edit),
    isBreaking: isBreaking(edit),
  }));
}

function normalize(item: object): object {
  return Object.fromEntries(
    Object.entries(item).map(([key, value]: [string, unknown]) => [
      key,
      schemaKeys.has(key) && isSchema(value) ? toNormalForm(value) : value,
    ]),
  );
}

const schemaKeys = new Set(['inputSchema', 'outputSchema']);

function describe({ kind, before, after }: Edit): string {
  if (kind === 'changed') return `${show(before)} → ${show(after)}`;
  const { verb, value } = {
    added: { verb: 'added', value: after },
    removed: { verb: 'removed', value: before },
    gained: { verb: 'now with', value: after },
    lost: { verb: 'no longer with', value: before },
  }[kind];
  return `${verb} ${show(value)}`;
}

function show(value: unknown): string {
  const text = JSON.stringify(value, sortKeys);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

/**
 * A change breaks clients if arguments that were valid are refused now, or if results are no longer what clients can
 * read.
 */
function isBreaking(edit: Edit): boolean {
  const [part, ...path] = edit.path;
  switch (part) {
    case 'scopes':
      return edit.kind === 'gained';
    case 'annotations':
      return edit.before !== undefined && promises.get(path.join('.')) === edit.before;
    case 'inputSchema':
      return ['narrower', 'unclear'].includes(effectOf(path, edit));
    case 'arguments':
      return edit.kind === 'removed' || edit.after === 'required';
    case 'mimeType':
      return true;
    case 'outputSchema':
      // Older versions listed such schemas. Results are what they were.
      if (path.length === 0) return edit.kind === 'removed' && !isRecursive(edit.before);
      // Clients ignore properties that they do not know.
      return !path.includes('additionalProperties') && ['wider', 'unclear'].includes(effectOf(path, edit));
    default:
      // Clients never see the paths of procedures.
      return false;
  }
}

/** With these hints, clients act without asking a person. When a hint is removed, they begin to ask. */
const promises = new Map<string, unknown>([
  ['readOnlyHint', true],
  ['destructiveHint', false],
  ['idempotentHint', true],
  ['openWorldHint', false],
]);
