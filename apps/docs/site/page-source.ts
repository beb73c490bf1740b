import { statSync } from 'node:fs';
import { posix, relative } from 'node:path';
import type { Plugin } from 'vitepress';
import { pagesFolder, repositoryFolder, repositoryUrl } from './paths.ts';

/** Prepares the pages of docs/, which are written for GitHub too, before VitePress and the Markdown for agents see them. */
export function pageSources(): Plugin {
  return {
    name: 'page-sources',
    enforce: 'pre',
    transform(source, id) {
      const page = relative(pagesFolder, id);
      if (!page.endsWith('.md') || page.startsWith('..')) return undefined;
      return withDescription(linkRepository(source, page));
    },
  };
}

/** Makes addresses on GitHub of links out of docs/, such as `../examples/express`. Throws if one leads nowhere. */
export function linkRepository(source: string, page: string): string {
  return source.replaceAll(
    /(\]\(|^\[[^\]]+\]: *)(\.\.?\/[^)\s#]*)/gm,
    (whole, before: string, href: string) => {
      const target = posix.join('docs', posix.dirname(page), decodeURI(href)).replace(/\/$/, '');
      if (target === 'docs' || target.startsWith('docs/')) return whole;
      const found = statSync(repositoryFolder + target, { throwIfNoEntry: false });
      if (!found) throw new Error(`docs/${page} links to ${href}, and there is no ${target}`);
      return `${before}${repositoryUrl}/${found.isDirectory() ? 'tree' : 'blob'}/main/${target}`;
    },
  );
}

/** Gives a page the beginning of its first paragraph as description, for search engines and llms.txt. */
export function withDescription(source: string): string {
  const [, paragraph] = /^# .+\n\s*\n([^#|`<\-\n][^]*?)(?:\n\s*\n|$)/.exec(source) ?? [];
  if (!paragraph) return source;
  const text = paragraph
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/[`*]/g, '')
    .replaceAll(/\s+/g, ' ');
  // Whole sentences, as many as have 200 characters.
  const [description = text] = /^.{1,200}[.?](?= |$)/.exec(text) ?? [];
  return `---\ndescription: ${JSON.stringify(description)}\n---\n\n${source}`;
}
