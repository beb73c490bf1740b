import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';

const names = [
  'resources',
  'prompts',
  'streaming',
  'questions',
  'own-tools',
  'apps',
  'changes',
  'metadata',
  'results',
  'versions',
  'big-apps',
  'errors',
  'existing-apps',
  'outputs',
  'testing',
  'inspector',
];

describe.each(names)('docs/%s.md', (name) => {
  const page = new URL(`../../../docs/${name}.md`, import.meta.url);

  test('shows code that is run here, and no other', async () => {
    const text = await readFile(page, 'utf8');
    const blocks = [...text.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, block = '']) => block);
    expect(blocks.length).toBeGreaterThan(0);
    // A page may also have commands and what they print.
    const others = [...text.matchAll(/^```(?:sh|text|json)\n[^]*?^```$/gm)];
    expect([...text.matchAll(/^```/gm)].length).toBe(2 * (blocks.length + others.length));
    const files = [`../${name}.ts`, `./${name}.test.ts`].map((file) => new URL(file, import.meta.url));
    const example = flat((await Promise.all(files.map((file) => readFile(file, 'utf8')))).join('\n'));
    for (const block of blocks) expect(example.includes(flat(block)), block).toBe(true);
  });

  test('quotes errors as the tests see them', async () => {
    const text = await readFile(page, 'utf8');
    const seen = await readFile(new URL(`./${name}.test.ts`, import.meta.url), 'utf8');
    for (const [, words = ''] of text.matchAll(/`([A-Z_]+: [^`…]*[^`…,])/g)) {
      expect(seen, words).toContain(words.replace(/, and $/, ''));
    }
  });

  test('links to what is there', async () => {
    const text = await readFile(page, 'utf8');
    const links = [...text.matchAll(/\]\((?!https?:)([^)]+)/g)].map(([, link = '']) => link);
    expect(links.length).toBeGreaterThan(0);
    for (const link of links) {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? page : new URL(file, page);
      expect(existsSync(target), link).toBe(true);
      if (anchor !== undefined) expect(anchorsOf(await readFile(target, 'utf8')), link).toContain(anchor);
    }
  });
});

/** Removes white space, because an excerpt in the docs is indented differently. */
function flat(code: string): string {
  return code.replace(/\s+/g, '').replace(/,(?=[)\]}]|$)/g, '');
}

function anchorsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replace(/\s/g, '-'),
  );
}
