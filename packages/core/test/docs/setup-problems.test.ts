import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { expect, test } from 'vitest';
import { setupProblems } from './setup-problems.ts';

const page = new URL('../../../../docs/setup-problems.md', import.meta.url);
const begin =
  '<!-- prettier-ignore-start -->\n<!-- written from packages/core/test/docs/setup-problems.ts -->';
const end = '<!-- prettier-ignore-end -->';

const table = [
  '| code | what it means | what to change |',
  '| --- | --- | --- |',
  ...Object.entries(setupProblems).map(
    ([code, { means, change }]) => `| \`${code}\` | ${means} | ${change} |`,
  ),
].join('\n');

test('docs/setup-problems.md has the table of all codes; UPDATE_DOCS=1 writes it', () => {
  const text = readFileSync(page, 'utf8');
  const [before, rest = ''] = text.split(begin);
  const after = rest.split(end).slice(1).join(end);
  const updated = `${before}${begin}\n\n${table}\n\n${end}${after}`;
  if (process.env['UPDATE_DOCS']) writeFileSync(page, updated);
  else expect(text).toBe(updated);
});

test('every code is in order, and some file reports it', () => {
  const codes = Object.keys(setupProblems);
  expect(codes).toEqual(codes.toSorted());
  const root = new URL('../../src/', import.meta.url);
  const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.includes('.test') && file !== 'setup-error.ts')
    .map((file) => readFileSync(new URL(file, root), 'utf8'))
    .join('\n');
  expect(codes.filter((code) => !sources.includes(`'${code}'`))).toEqual([]);
});
