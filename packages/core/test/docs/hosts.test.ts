import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const docs = new URL('../../../../docs/', import.meta.url);
const examples = new URL('../../../../examples/', import.meta.url);
const hosts = readdirSync(new URL('hosts/', docs)).map((name) => `hosts/${name}`);

/** Removes white space, because an excerpt in the docs may be indented differently. */
const flat = (code: string) => code.replaceAll(/\s+/g, '').replaceAll(/,(?=[)\]}])/g, '');

/** The code of all examples. */
const code = readdirSync(examples, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.includes('node_modules') && !name.includes('.next'))
  .map((name) => flat(readFileSync(new URL(name, examples), 'utf8')));

describe.each(['hosts.md', ...hosts])('docs/%s', (name) => {
  const page = new URL(name, docs);
  const text = readFileSync(page, 'utf8');
  const blocks = [...text.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, block = '']) => flat(block));

  test('links to what is there', () => {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link = '']) => link);
    expect(links.length).toBeGreaterThan(0);
    for (const link of links) expect(existsSync(new URL(link, page)), link).toBe(true);
  });

  test.runIf(name.includes('/'))('shows whole files of the examples, which are type-checked and run', () => {
    expect(blocks.length).toBeGreaterThan(0);
    for (const block of blocks) expect(code).toContain(block);
  });
});

test('docs/hosts.md links to the page of each host', () => {
  const text = readFileSync(new URL('hosts.md', docs), 'utf8');
  expect(hosts.length).toBeGreaterThan(0);
  expect(hosts.filter((host) => !text.includes(`(${host})`))).toEqual([]);
});
