import type { ClientTool } from '../finding.ts';
import { isObject } from '../node.ts';
import { eachTool, type LintFound, type LintListing, type LintRule, nameSome } from './rule.ts';
import { type Action, readToolName, toAction } from './tool-name.ts';
import { toSingular, wordsOf } from './words.ts';

/** Names that a model mistakes for others, or that tell it nothing. */
export const nameRules: LintRule[] = [
  {
    code: 'name-ambiguous',
    severity: 'warning',
    finds:
      'tools whose names differ only in a verb of the same meaning, in singular and plural, in the order of the words, in case, or in a version',
    fix: 'rename one of them with mcp.name so that the name says what is different, or expose only one',
    example: {
      found: 'users_get and users_fetch; user_list and list_users',
      fine: 'users_get and users_search',
    },
    find: findAmbiguous,
  },
  {
    code: 'name-vague',
    severity: 'warning',
    finds: 'names that say nothing about what the tool is for, such as a verb alone',
    fix: 'set mcp.name to a verb and what it is done to',
    example: { found: 'get, run, doIt, data_get, handler', fine: 'customers_get' },
    find: eachTool(({ name }) => {
      const words = wordsOf(name);
      // Of four words, one is a noun: `trigger_tool_change`.
      const isVague =
        words.length <= mostVague &&
        words.every((word) => toAction(word) !== undefined || sayingNothing.has(word) || /^\d+$/.test(word));
      if (words.length > 0 && !isVague) return undefined;
      return { place: 'name', message: `${JSON.stringify(name)} does not say what it is about` };
    }),
  },
];

const mostVague = 3;

const sayingNothing = new Set(
  (
    'it this that thing things stuff data info item items object objects entity entities record records resource resources ' +
    'value values result results api app main root default public private common misc util utils helper tool tools function ' +
    'func fn method action actions procedure endpoint handler route router query mutation request response foo bar baz test ' +
    'temp tmp one many first by id the a an my all any some something anything everything go exec submit op operation'
  ).split(' '),
);

function findAmbiguous({ tools }: LintListing): LintFound[] {
  const groups = new Map<string, ClientTool[]>();
  for (const tool of tools) {
    for (const key of keysOf(tool.name)) groups.set(key, [...(groups.get(key) ?? []), tool]);
  }
  const others = new Map<string, Set<string>>();
  for (const group of groups.values()) {
    for (const one of group) {
      for (const other of group) {
        if (one === other || one.name === other.name || isToldApart(one, other)) continue;
        others.set(one.name, (others.get(one.name) ?? new Set()).add(other.name));
      }
    }
  }
  return tools.flatMap(({ name }) => {
    const found = [...(others.get(name) ?? [])];
    if (found.length === 0) return [];
    return { tool: name, place: 'name', message: `its name is hard to tell from ${nameSome(found)}` };
  });
}

/** Names with a key in common are alike. */
function keysOf(name: string): string[] {
  const { action, verb, objects } = readToolName(name);
  const plain = `letters ${wordsOf(name).join('')}`;
  if (action === undefined) return [plain, `words ${sortWords(wordsOf(name))}`];
  const what = sortWords(objects);
  if (what === '') return [plain];
  const keys = [...actionsOf(action, verb!)].map((each) => `${each} ${what}`);
  // `get_customers` lists them, as `list_customers` does; `customers_get` need not.
  const isPlural =
    toAction(wordsOf(name)[0]!) !== undefined && toSingular(objects.at(-1)!) !== objects.at(-1);
  return action === 'read' && isPlural ? [plain, ...keys, `list ${what}`] : [plain, ...keys];
}

/** `find` may be any of three. */
function actionsOf(action: Action, verb: string): ReadonlySet<string> {
  if (verb === 'find' || verb === 'lookup') return new Set(['read', 'list', 'search']);
  return new Set([action]);
}

/** The words of a name in any order. Where a preposition says what goes where, the order counts. */
function sortWords(words: readonly string[]): string {
  const singular = words.filter((word) => !/^v\d+$/.test(word) && !articles.has(word)).map(toSingular);
  const isDirected = words.some((word) => directions.has(word));
  return (isDirected ? singular : singular.toSorted()).join(' ');
}

const articles = new Set(['a', 'an', 'the', 'of', 'my']);
const directions = new Set(['to', 'from', 'into', 'onto', 'in', 'with', 'for', 'on', 'by']);

/** `tags_create` and `tags_add`: where they need different arguments, one makes a tag, and the other puts it somewhere. */
function isToldApart(one: ClientTool, other: ClientTool): boolean {
  const [left, right] = [readToolName(one.name), readToolName(other.name)];
  // `posts_byId` returns one post, and `posts_byIds` several.
  if (wordsOf(one.name).includes('ids') !== wordsOf(other.name).includes('ids')) return true;
  if (left.verb === right.verb || !['create', 'delete'].includes(left.action ?? '')) return false;
  return requiredOf(one) !== requiredOf(other);
}

function requiredOf({ inputSchema: { required, properties } }: ClientTool): string {
  const names = Array.isArray(required) ? (required as string[]) : [];
  return names.length > 0
    ? names.toSorted().join(' ')
    : Object.keys(isObject(properties) ? properties : {}).join(' ');
}
