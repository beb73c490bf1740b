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
  extractField: (section, field) => {
    if (field !== 'keywords' && field !== 'page') return section[field as keyof Section] as string;
    const page = section.id.slice(base.length).replace(/(\.html)?#.*$/, '') || 'index';
    if (section.titles.length > 0 || page.startsWith('api/')) return '';
    return field === 'page' ? readFileSync(`${pagesFolder}${page}.md`, 'utf8') : (keywords.get(page) ?? '');
  },
};

const keywords = new Map(sections.flatMap(({ entries }) => entries).map(([, page, words]) => [page, words]));

/** Of the API only the names are found: its text would be most of the index, and guides say more. */
export function renderForSearch(
  source: string,
  env: { relativePath: string },
  markdown: { render(source: string, env: object): string },
): string {
  const isApi = env.relativePath.startsWith('api/');
  return markdown.render(isApi ? (source.match(/^#{1,3} .*$/gm) ?? []).join('\n\n') : source, env);
}
