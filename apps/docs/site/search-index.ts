import { readFileSync } from 'node:fs';
import { base, pagesFolder } from './paths.ts';
import type { Options } from 'minisearch';
import { termOptions } from './search.ts';
import { sections } from './sidebar.ts';

/** A section of a page, as VitePress indexes it. */
interface Section {
  /** `/trpc-mcp/auth.html#cookies` */
  id: string;
  title: string;
  /** The headings above it: none for the beginning of a page. */
  titles: string[];
  text: string;
}

/** What VitePress builds the index with: the beginning of a page is also found by all of its words, and by its keywords. */
export const indexOptions: Partial<Options<Section>> = {
  ...termOptions,
  fields: ['title', 'titles', 'keywords', 'page', 'text'],
  extractField: (section, field) => {
    if (field !== 'keywords' && field !== 'page') return section[field as keyof Section] as string;
    const page = section.id.slice(base.length).replace(/(\.html)?#.*$/, '') || 'index';
    if (section.titles.length > 0 || page.startsWith('api/')) return '';
    return field === 'page' ? readFileSync(`${pagesFolder}${page}.md`, 'utf8') : (keywords.get(page) ?? '');
  },
};

const keywords = new Map(sections.flatMap(({ entries }) => entries).map(([, page, words]) => [page, words]));
