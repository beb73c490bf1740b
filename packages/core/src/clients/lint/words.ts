/** Splits names and texts into lower-case words: `getHTTPStatus`, `get_http_status` and `Get HTTP status` are the same. */
export function wordsOf(text: string): string[] {
  return (text.replaceAll(/['’](s\b)?/g, '').match(wordPattern) ?? []).map((word) => word.toLowerCase());
}

/** A run of capitals ends before a capitalised word: `HTTPStatus`. `userIDs` are `user` and `ids`. */
const wordPattern = /\p{Lu}+s(?!\p{Ll})|\p{Lu}+(?!\p{Ll})\p{N}*|\p{Lu}?\p{Ll}[\p{Ll}\p{N}]*|[\p{L}\p{N}]+/gu;

const irregular: Readonly<Record<string, string>> = {
  people: 'person',
  children: 'child',
  men: 'man',
  women: 'woman',
  indices: 'index',
  indexes: 'index',
  series: 'series',
  news: 'news',
  data: 'data',
  analyses: 'analysis',
  movies: 'movie',
  cookies: 'cookie',
};

/** `categories` → `category`, `boxes` → `box`, `users` → `user`, `status` → `status`. */
export function toSingular(word: string): string {
  const known = Object.hasOwn(irregular, word) ? irregular[word] : undefined;
  if (known !== undefined) return known;
  if (word.length < 4 || /(ss|us|is|ous)$/.test(word)) return word === 'ids' ? 'id' : word;
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (/(ss|x|ch|sh|zz)es$/.test(word)) return word.slice(0, -2);
  return word.endsWith('s') ? word.slice(0, -1) : word;
}

/** `returns`, `returned` and `returning` → `return`; roughly, for comparisons with other words that were cut the same way. */
export function toStem(word: string): string {
  const one = toSingular(word);
  const cut = one.replace(/(?<=[a-z]{3})(ing|ed|e)$/, '');
  // `getting` → `gett` → `get`
  return cut === one ? one : cut.replace(/([bdgmnprt])\1$/, '$1');
}
