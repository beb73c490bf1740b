import { readFile, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { rows } from './wire-format/rows.ts';
import { printTable } from './wire-format/table.ts';

const page = new URL('../../../../docs/wire-format.md', import.meta.url);
const begin =
  '<!-- prettier-ignore-start -->\n<!-- written by packages/core/test/schema/wire-format.test.ts -->';
const end = '<!-- prettier-ignore-end -->';

it('docs/wire-format.md has the table as it is; UPDATE_DOCS=1 writes it', async () => {
  const table = await printTable(rows);
  const text = await readFile(page, 'utf8');
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  const fresh = `${before}${begin}\n\n${table}\n\n${end}${after}`;
  if (process.env['UPDATE_DOCS'] !== undefined) await writeFile(page, fresh);
  else expect(text).toBe(fresh);
  expect(table).not.toMatch(/differs|fails/);
});
