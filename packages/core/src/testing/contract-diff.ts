import type { Contract, ToolContract } from './contract-file.ts';
import { type Edit, editsOf } from './edit.ts';
import { effectOf } from './schema-edit.ts';

/** One thing that clients will see differently. */
export interface Change {
  /** The tool's name, and where in what is served of it. */
  at: string;
  /** What has changed, in words. */
  what: string;
  /** Whether a client that worked may fail now. */
  isBreaking: boolean;
}

/** What has become of a contract, by the names of the tools. */
export function diffContracts(before: Contract, after: Contract): Change[] {
  const names = new Set([...Object.keys(before.tools), ...Object.keys(after.tools)]);
  return [...names].toSorted().flatMap((name) => diffTool(name, before.tools[name], after.tools[name]));
}

function diffTool(name: string, before: ToolContract | undefined, after: ToolContract | undefined): Change[] {
  if (!before) return [{ at: name, what: 'appeared', isBreaking: false }];
  if (!after) return [{ at: name, what: 'vanished', isBreaking: true }];
  return editsOf(before, after).map((edit) => ({
    at: `${name} ${edit.path.join('.')}`,
    what: describe(edit),
    isBreaking: isBreaking(edit),
  }));
}

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
  const text = JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

/** What callers could send must still be taken; what they are answered must still be what they can read. */
function isBreaking(edit: Edit): boolean {
  const [part, ...path] = edit.path;
  switch (part) {
    case 'scopes':
      return edit.kind === 'gained';
    case 'annotations':
      return edit.before !== undefined && promises.get(path.join('.')) === edit.before;
    case 'inputSchema':
      return ['narrower', 'unclear'].includes(effectOf(path, edit));
    case 'outputSchema':
      if (path.length === 0) return edit.kind === 'removed';
      // A reader that knows nothing of a property does not look at it.
      return !path.includes('additionalProperties') && ['wider', 'unclear'].includes(effectOf(path, edit));
    default:
      // Clients never see a path.
      return false;
  }
}

/** What clients act on without asking a person; taken back, they ask. */
const promises = new Map<string, unknown>([
  ['readOnlyHint', true],
  ['destructiveHint', false],
  ['idempotentHint', true],
  ['openWorldHint', false],
]);
