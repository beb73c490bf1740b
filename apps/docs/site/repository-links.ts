import { statSync } from 'node:fs';
import { posix } from 'node:path';
import type { MarkdownRenderer } from 'vitepress';
import { repositoryFolder, repositoryUrl } from './paths.ts';

/**
 * The address on GitHub of what a page of docs/ links to outside docs/, such as `../examples/express`; `undefined` for
 * every other link. Throws if there is no such file or folder.
 */
export function repositoryLink(page: string, href: string): string | undefined {
  if (/^([a-z][a-z+.-]*:|\/|#)/i.test(href)) return undefined;
  const [path = '', ...rest] = href.split(/(?=[?#])/);
  const target = posix.join('docs', posix.dirname(page), decodeURI(path));
  if (target === 'docs' || target.startsWith('docs/')) return undefined;
  const found = statSync(repositoryFolder + target, { throwIfNoEntry: false });
  if (!found) throw new Error(`docs/${page} links to ${href}, and there is no ${target}`);
  return `${repositoryUrl}/${found.isDirectory() ? 'tree' : 'blob'}/main/${target.replace(/\/$/, '')}${rest.join('')}`;
}

/** Makes addresses on GitHub of links out of docs/, before VitePress takes them for pages that are missing. */
export function repositoryLinks(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push('repository-links', ({ tokens, env }) => {
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.type === 'link_open' && token.attrGet('href');
      if (!href) continue;
      const address = repositoryLink((env as { relativePath: string }).relativePath, href);
      if (address) token.attrSet('href', address);
    }
  });
}
