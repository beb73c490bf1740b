import { toSingular, wordsOf } from './words.ts';

/** What a tool's name says: `customers_findById` finds one `customer`. */
export interface ToolName {
  /** The kind of thing that it does; `undefined` where no word is a verb that is known. */
  action: Action | undefined;
  /** The word that says so, as it is written. */
  verb: string | undefined;
  /** All other words. */
  objects: readonly string[];
}

export type Action = keyof typeof actions;

/** Verbs that a model cannot tell apart stand on one line. */
const actions = {
  read: 'get fetch retrieve read load show view describe return give display obtain grab pull find lookup',
  list: 'list index browse all enumerate',
  search: 'search query',
  create: 'create add insert new make register',
  update: 'update edit modify change set patch amend alter',
  delete: 'delete remove destroy erase drop purge wipe del rm',
  save: 'save upsert store put',
  send: 'send',
  run: 'run execute perform invoke trigger call do handle process',
} as const;

const actionOf = new Map<string, Action>(
  Object.entries(actions).flatMap(([action, verbs]) =>
    verbs.split(' ').map((verb): [string, Action] => [verb, action as Action]),
  ),
);

/** Verbs that say wherever they stand that something is gone afterwards. */
const destroying = new Set('delete destroy erase purge wipe truncate'.split(' '));

/** Words that say so only where a verb stands: `clear_cache`, and not `prices_clear`. */
const removing = new Set('remove drop clear reset terminate overwrite del rm'.split(' '));

/** Words before a verb that leave its meaning as it is. */
const manners = new Set('bulk batch mass force hard multi do'.split(' '));

/** Says which kind of thing a verb does. */
export function toAction(verb: string): Action | undefined {
  return actionOf.get(verb);
}

/** Reads a name: `get_user`, `user_get`, `users.getById` and `getUser` say the same. */
export function readToolName(name: string): ToolName {
  const last = lastSegmentOf(name);
  const words = wordsOf(name);
  // The verb begins the name (`get_user`) or the last part of it (`user_get`, `userAdmin_getOne`).
  const at = [words.length - wordsOf(last).length, 0].find((index) => actionOf.has(words[index] ?? ''));
  if (at === undefined) {
    if (isById(words)) return { action: 'read', verb: 'by', objects: withoutId(words) };
    return { action: undefined, verb: undefined, objects: words };
  }
  const verb = words[at]!;
  const rest = words.toSpliced(at, 1);
  const action = actionOf.get(verb)!;
  // `getAll`, `findMany` and `list` are the same, and so are `findOne`, `getById` and `get`.
  const isMany = ['all', 'many', 'list'].includes(rest[at] ?? '');
  if (isMany && ['read', 'list', 'search'].includes(action))
    return { action: 'list', verb, objects: rest.toSpliced(at, 1) };
  const isOne = ['one', 'first', 'unique', 'single'].includes(rest[at] ?? '');
  return { action, verb, objects: withoutId(isOne ? rest.toSpliced(at, 1) : rest) };
}

/** Whether a name says that something will be gone: `users_delete`, `bulkRemoveUsers`; not `users_deleted`, `softDelete`. */
export function isDestructiveName(name: string): boolean {
  const words = wordsOf(name);
  if (words.some((word, at) => destroying.has(word) && words[at - 1] !== 'soft')) return true;
  const verbs = [words, wordsOf(lastSegmentOf(name))].map((each) => each.find((word) => !manners.has(word)));
  return verbs.some((verb) => removing.has(verb ?? ''));
}

/** The things that a name is about, each in the singular. */
export function nounsOf(name: string): string[] {
  return readToolName(name).objects.map(toSingular);
}

function lastSegmentOf(name: string): string {
  return name.split(/[^\p{L}\p{N}]+/u).findLast((part) => part !== '') ?? '';
}

function isById(words: readonly string[]): boolean {
  return words.at(-2) === 'by' && ['id', 'ids'].includes(words.at(-1)!);
}

function withoutId(words: readonly string[]): readonly string[] {
  return isById(words) ? words.slice(0, -2) : words;
}
