import MiniSearch from 'minisearch';
import { stemmer } from 'stemmer';
import { isRecord } from '../record.ts';
import { isWritten, type Tool } from './tool.ts';

/** Finds tools by words. */
export interface SearchIndex {
  /** The names of the tools that fit, the best first. */
  search(query: string): string[];
}

/** Texts of the fields that are searched, each with its weight. */
const weights = { keywords: 4, name: 3, title: 2, description: 1.5, toolset: 1, args: 0.5 };

type Field = keyof typeof weights;

/** Words beyond these are not looked for: a client may send a text of any length. */
const mostTerms = 24;

/** Makes the index of tools. It ranks by BM25, and finds words by their stem, by their beginning, and with a slip. */
export function createSearchIndex(tools: Iterable<Tool>): SearchIndex {
  const index = new MiniSearch<TextsOf>({
    fields: Object.keys(weights),
    tokenize,
    processTerm: toTerm,
    searchOptions: {
      boost: weights,
      prefix: (term) => term.length > 3,
      fuzzy: (term) => (term.length > 4 ? 0.2 : false),
      weights: { prefix: 0.4, fuzzy: 0.2 },
    },
  });
  index.addAll(withoutUsual(Array.from(tools, toDocument)));
  return {
    search: (query) =>
      index
        .search(query, { tokenize: (text) => tokenize(text).slice(0, mostTerms) })
        .map(({ id }) => String(id)),
  };
}

type TextsOf = Record<Field | 'id', string>;

function toDocument(tool: Tool): TextsOf {
  const { name, keywords, toolset, path, listed } = tool;
  const { title, description, inputSchema } = listed.modern;
  const args: string[] = [];
  collectTexts(inputSchema, args, 0);
  return {
    id: name,
    name: `${name} ${path}`,
    keywords: keywords.join(' '),
    title,
    // The words that stand for a description which nobody has written are the same for all.
    description: isWritten(tool) ? description : '',
    toolset,
    // Camel case is lost when the words are counted.
    args: tokenize(args.join(' ')).join(' '),
  };
}

/** In so many tools, a word of an argument tells them from few others. */
const usualShare = 0.25;
const fewTools = 20;

/** Leaves out the arguments that most tools have, such as `limit`: they cost time, and say nothing of any tool. */
function withoutUsual(documents: readonly TextsOf[]): TextsOf[] {
  const wordsOf = ({ args }: TextsOf) => new Set(tokenize(args.toLowerCase()));
  const counts = new Map<string, number>();
  for (const document of documents) {
    for (const word of wordsOf(document)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const most = Math.max(fewTools, documents.length * usualShare);
  return documents.map((document) => ({
    ...document,
    args: [...wordsOf(document)].filter((word) => counts.get(word)! <= most).join(' '),
  }));
}

/** How deeply the names and descriptions of arguments are read. */
const mostLevels = 4;

function collectTexts(schema: unknown, texts: string[], level: number): void {
  if (!isRecord(schema) || level > mostLevels) return;
  const { description, properties, items, anyOf, enum: values } = schema;
  if (level > 0 && typeof description === 'string') texts.push(description);
  if (Array.isArray(values)) texts.push(...values.filter((value) => typeof value === 'string'));
  if (isRecord(properties)) {
    for (const [key, value] of Object.entries(properties)) {
      // Those that this package adds say nothing of the tool.
      if (key.startsWith('_')) continue;
      texts.push(key);
      collectTexts(value, texts, level + 1);
    }
  }
  collectTexts(items, texts, level + 1);
  for (const branch of Array.isArray(anyOf) ? anyOf : []) collectTexts(branch, texts, level + 1);
}

/** `listByCustomer` is three words. Where a language has no spaces, each two neighbours are one. */
function tokenize(text: string): string[] {
  return text
    .replace(/(?<=[\p{Ll}\d])(?=\p{Lu})/gu, ' ')
    .split(/[^\p{L}\p{N}\p{M}]+/u)
    .flatMap((word) => (unspaced.test(word) ? toPairs(word) : word))
    .filter(Boolean);
}

const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

function toPairs(word: string): string[] {
  const characters = Array.from(word);
  if (characters.length < 3) return [word];
  return characters.slice(1).map((character, index) => characters[index]! + character);
}

function toTerm(word: string): string | null {
  // `Überweisung` is also found as `uberweisung`.
  const lower = word.toLowerCase().normalize('NFKD').replace(/\p{M}/gu, '');
  return common.has(lower) ? null : stemmer(lower);
}

/** Words that say nothing of what is looked for. */
const common = new Set(
  (
    'a an and are as at be by can could did do does for from has have how i if in into is it its let me my of on or our ' +
    'please so some that the their them then there these they this to up us want was we were what when where which who ' +
    'whose will with would you your'
  ).split(' '),
);
