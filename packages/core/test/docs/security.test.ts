import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const page = new URL('../../../../docs/security.md', import.meta.url);
const text = readFileSync(page, 'utf8');

test('docs/security.md names a test for each promise, and each of them is there', () => {
  const [, promised = ''] = /^## What is promised$([^]*?)^## /m.exec(text) ?? [];
  const rows = promised.split('\n').filter((line) => /^\| (?!promise|-)/.test(line));
  expect(rows.length).toBeGreaterThan(20);
  for (const row of rows) {
    const tests = [...row.matchAll(/\]\(([^)]+\.test\.ts)\)/g)].map(([, file = '']) => file);
    expect(tests, row).not.toEqual([]);
    for (const file of tests) expect(existsSync(new URL(file, page)), file).toBe(true);
  }
});

test('docs/security.md says how to report a fault', () => {
  expect(text).toMatch(/^## How to report a fault$/m);
});
