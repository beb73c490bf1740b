import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';

describe.each(['docs/scaling.md', 'packages/redis/README.md', 'apps/demo/README.md'])('%s', (name) => {
  const page = new URL(`../../../${name}`, import.meta.url);

  test('shows code that is run here, and no other', async () => {
    const text = await readFile(page, 'utf8');
    const example = flat(await readFile(new URL('../app.ts', import.meta.url), 'utf8'));
    for (const [, block = ''] of text.matchAll(/^```ts\n([^]*?)^```$/gm)) {
      for (const part of block.split('\n\n')) expect(example.includes(flat(part)), part).toBe(true);
    }
  });

  test('links to what is there', async () => {
    // The page of a package is read elsewhere, too, so that its links are whole.
    const root = relativeTo(name);
    const text = (await readFile(page, 'utf8')).replaceAll(
      /https:\/\/github\.com\/trpc-mcp\/trpc-mcp\/blob\/main\//g,
      root,
    );
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link = '']) => link);
    expect(links.length).toBeGreaterThan(0);
    for (const link of links) expect(existsSync(new URL(link, page)), link).toBe(true);
  });
});

function relativeTo(name: string): string {
  return '../'.repeat(name.split('/').length - 1);
}

/** Removes white space, because an excerpt in the docs is indented differently. */
function flat(code: string): string {
  return code.replace(/\s+/g, '').replace(/,(?=[)\]}]|$)/g, '');
}
