import { stemmer } from 'stemmer';
import type { Options, SearchOptions } from 'minisearch';

/** What the search index is built with, and what the browser searches it with. Node and the browser both run this. */
export const termOptions = {
  fields: ['title', 'titles', 'keywords', 'page', 'text'],
  tokenize: (text: string) => words(text),
  processTerm: (term: string) => toTerm(term),
} satisfies Partial<Options>;

export const searchOptions: SearchOptions = {
  boost: { title: 3, titles: 2, keywords: 3, page: 1, text: 1 },
  boostTerm: (term) => (commonTerms.has(term) ? 0.3 : 1),
  // Who looks for a name finds its page first, and the API after it.
  boostDocument: (id) => (String(id).includes('/api/') ? 0.2 : 1),
  // Whoever is still typing has not finished the last word.
  prefix: (_term, index, terms) => index === terms.length - 1,
  fuzzy: (term) => (term.length > 5 ? 0.2 : false),
  weights: { prefix: 0.3, fuzzy: 0.2 },
};

/** Words that stand on nearly every page here, as stems: they say little of what somebody looks for. */
const commonTerms = new Set('tool procedur mcp trpc server call client user app name agent error'.split(' '));

/** “Can't connect” is what a page says that is called “It does not connect”. */
const negations = /\b(?:ca|do|does|did|is|are|was|were|wo|has|have|could|would|should)n['’]t\b|\bcannot\b/gi;

/** Text as words. An identifier counts whole and in its parts: `NAME_CLASH`, `name` and `clash`. */
function words(text: string): string[] {
  return text
    .replaceAll(negations, ' not ')
    .split(/[^\p{L}\p{N}_]+/u)
    .filter(Boolean)
    .flatMap((word) => {
      const parts = word.split(/_+|(?<=\p{Ll})(?=\p{Lu})/u).filter(Boolean);
      return parts.length > 1 ? [word, ...parts] : parts;
    });
}

/** What a word is compared by: its stem, or nothing for a word that says nothing of a page. */
function toTerm(word: string): string | null {
  const lower = word.toLowerCase();
  return stopWords.has(lower) ? null : stemmer(lower);
}

const stopWords = new Set(
  `a about all also am an and any are as at be been but by can cannot could did do does doesn don for from get got had has
  have he her him his how i if in into is isn it its just ll m make me my no now of off on one or our out please re s
  say says she should so some t than that the their them then there they this those to too up us use using ve was way we
  were what when where which while why will with without won work would you your`.split(/\s+/),
);
