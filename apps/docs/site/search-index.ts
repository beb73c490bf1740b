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

/** What VitePress builds the index with: the beginning of a page is also found by the words that readers use for it. */
export const indexOptions: Partial<Options<Section>> = {
  ...termOptions,
  fields: ['title', 'titles', 'keywords', 'text'],
  extractField: (section, field) =>
    field === 'keywords'
      ? section.titles.length === 0
        ? keywords(section.id)
        : ''
      : (section[field as keyof Section] as string),
};

function keywords(id: string): string {
  const [page = ''] = id.split('#');
  return (
    sections.flatMap(({ entries }) => entries).find(([, name]) => page.endsWith(`/${name}.html`))?.[2] ?? ''
  );
}
