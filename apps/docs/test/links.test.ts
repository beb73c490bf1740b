import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { posix } from 'node:path';
import { expect, test } from 'vitest';
import { repositoryFolder, repositoryUrl, siteUrl } from '../site/paths.ts';
import { readLinks } from './pages.ts';

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
  cwd: repositoryFolder,
  encoding: 'utf8',
})
  .split('\n')
  .filter(
    (path) =>
      path && existsSync(repositoryFolder + path) && !/(^|\/)(CHANGELOG\.md|\.changeset\/)/.test(path),
  );

test.each(files)('%s links to what is there', (path) => {
  const dead = readLinks(path).targets.filter((target) => !isThere(path, target));

  expect(dead).toEqual([]);
});

test('a link to a heading that is not there is found', () => {
  expect(isThere('README.md', 'docs/auth.md#no-such-heading')).toBe(false);
  expect(isThere('README.md', `${siteUrl}auth.html#no-such-heading`)).toBe(false);
  expect(isThere('docs/auth.md', `${repositoryUrl}/blob/main/docs/no-such-page.md`)).toBe(false);
});

/** Whether a link leads to a file of this repository, and to a heading of it. Links to other hosts are not tried. */
function isThere(from: string, target: string): boolean {
  const [address = '', anchor] = target.split('#');
  const path = toPath(from, address);
  if (path === undefined) return true;
  // TypeDoc writes these when the site is built, and VitePress looks whether they are there.
  if (path.startsWith('docs/api')) return true;
  if (!existsSync(repositoryFolder + path)) return false;
  if (!anchor || statSync(repositoryFolder + path).isDirectory() || !path.endsWith('.md')) return true;
  return readLinks(path).anchors.has(decodeURIComponent(anchor));
}

/** The file of this repository that an address stands for. */
function toPath(from: string, address: string): string | undefined {
  if (address.startsWith(siteUrl)) {
    const page = address.slice(siteUrl.length).replace(/(\.html|\.md)$/, '') || 'index';
    return page.startsWith('llms') ? undefined : `docs/${page}.md`;
  }
  const [, inRepository] = /^\/(?:blob|tree)\/main\/(.*)$/.exec(address.replace(repositoryUrl, '')) ?? [];
  if (inRepository !== undefined) return decodeURI(inRepository);
  if (/^[a-z][a-z+.-]*:|^\/\//i.test(address)) return undefined;
  return address === '' ? from : posix.join(posix.dirname(from), decodeURI(address));
}
