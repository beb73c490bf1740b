import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { linkRepository, withDescription } from '../site/page-source.ts';
import { repositoryUrl, siteFolder } from '../site/paths.ts';
import { sections } from '../site/sidebar.ts';
import { listFiles, listPages } from './pages.ts';

const pages = listPages();
const entries = sections.flatMap((section) => section.entries).map(([, page]) => page);

test('every page is in the sidebar once, and every entry is a page', () => {
  // The home page needs none, and TypeDoc writes the API when the site is built.
  expect(entries.filter((page) => page !== 'api/index').toSorted()).toEqual(
    pages.filter((page) => page !== 'index'),
  );
});

describe('the built site', () => {
  const read = (file: string) => readFileSync(siteFolder + file, 'utf8');

  test('is there; `npx -y pnpm@12 --filter docs site` builds it', () => {
    expect(existsSync(`${siteFolder}index.html`)).toBe(true);
  });

  test.each(pages)('%s has a page, and the same as Markdown', (page) => {
    const title = /^# (.+)$/m.exec(read(`${page}.md`))?.[1];

    expect(title).toBeTruthy();
    expect(read(`${page}.html`)).toContain('<h1');
    expect(read(`${page}.md`)).not.toMatch(/\]\(\.\.\/(\.\.\/)*(examples|packages|apps|benchmarks)\//);
  });

  test('llms.txt names every page with what it is about, and llms-full.txt has their text', () => {
    const index = read('llms.txt');
    const missing = entries.filter((page) => !index.includes(`/${page.replace(/\/index$/, '')}.md)`));

    expect(missing).toEqual([]);
    expect(index).toMatch(/^- \[[^\]]+\]\([^)]*\/start\.md\): .{40}/m);
    expect(read('llms-full.txt')).toContain(read('errors.md').split('\n\n').at(-1));
  });

  test('loads nothing from another host', () => {
    const loaded = listFiles(siteFolder, '.html').flatMap((file) =>
      [...read(file).matchAll(/<(?:script|img|link|iframe|source)\b[^>]*?(?:src|href)="([^"]+)"/g)].map(
        ([, address]) => address!,
      ),
    );

    expect(loaded.length).toBeGreaterThan(0);
    expect(loaded.filter((address) => /^(https?:)?\/\//.test(address))).toEqual([]);
    for (const style of listFiles(siteFolder, '.css')) {
      expect(read(style)).not.toMatch(/@import|url\(["']?(https?:)?\/\//);
    }
  });

  test('has a page for each module that users import', () => {
    expect(read('api/index.html')).toContain('@trpc-mcp/core/express');
    expect(read('api/core.html')).toContain('id="mcpdefaults"');
  });
});

describe('a page that is read on GitHub and on the site', () => {
  test('links to files and folders out of docs/ on GitHub, and to other pages as they are', () => {
    const source =
      'See [one](../examples/express), [two](../README.md#try-it), [three](auth.md) and [four](../docs/auth.md).';

    expect(linkRepository(source, 'auth.md')).toBe(
      `See [one](${repositoryUrl}/tree/main/examples/express), [two](${repositoryUrl}/blob/main/README.md#try-it), [three](auth.md) and [four](../docs/auth.md).`,
    );
    expect(linkRepository('[one]: ../../README.md', 'deploy/docker.md')).toBe(
      `[one]: ${repositoryUrl}/blob/main/README.md`,
    );
  });

  test('cannot link out of docs/ to what is not there', () => {
    expect(() => linkRepository('[one](../examples/none)', 'auth.md')).toThrow(
      'docs/auth.md links to ../examples/none, and there is no examples/none',
    );
  });

  test('is described by the whole sentences that its first paragraph begins with', () => {
    const description = (source: string) => /^description: (.*)$/m.exec(withDescription(source))?.[1];

    expect(description('# One\n\nSet `a` [so](b.md).\nThen go.\n\nMore.')).toBe('"Set a so. Then go."');
    expect(description(`# One\n\nShort. ${'Long '.repeat(60)}end.`)).toBe('"Short."');
    expect(description('# One\n\n## Two')).toBeUndefined();
  });
});
