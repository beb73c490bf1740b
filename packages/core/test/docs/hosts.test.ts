import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const page = new URL('../../../../docs/hosts.md', import.meta.url);
const text = readFileSync(page, 'utf8');

/** Removes white space, because an excerpt in the docs is indented differently. */
const flat = (code: string) => code.replaceAll(/\s+/g, '').replaceAll(/,(?=[)\]}])/g, '');

test('docs/hosts.md shows code that is type-checked here, and no other', () => {
  const examples = new URL('../../../../examples/host-context/', import.meta.url);
  const files = readdirSync(examples).filter((name) => name.endsWith('.ts'));
  const urls = [new URL('hosts.ts', import.meta.url), ...files.map((name) => new URL(name, examples))];
  const code = urls.map((url) => flat(readFileSync(url, 'utf8'))).join('\n');
  const blocks = [...text.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, block = '']) => block);
  expect(blocks.length).toBeGreaterThan(8);
  for (const block of blocks) expect(code.includes(flat(block)), block).toBe(true);
});

test('docs/hosts.md links to what is there', () => {
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link = '']) => link);
  expect(links.length).toBeGreaterThan(0);
  for (const link of links) expect(existsSync(new URL(link, page)), link).toBe(true);
});
