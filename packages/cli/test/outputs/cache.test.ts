import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openCache } from '../../src/outputs/cache.ts';

function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'trpc-mcp-cache-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'node_modules'));
  mkdirSync(join(folder, 'src'));
  writeFileSync(join(folder, 'src/a.ts'), '1');
  return folder;
}

test('a result is kept for the same options, and forgotten for others', () => {
  const folder = createFolder();
  openCache(folder, ['one']).write({ result: 1 }, [join(folder, 'src/a.ts')]);
  expect(openCache(folder, ['one']).read()).toEqual({ result: 1 });
  expect(openCache(folder, ['two']).read()).toBe(undefined);
});

test.each<[string, (folder: string) => void]>([
  ['a file has other content', (folder) => writeFileSync(join(folder, 'src/a.ts'), '2')],
  ['a file is gone', (folder) => rmSync(join(folder, 'src/a.ts'))],
  ['a file was missing, and is there', (folder) => writeFileSync(join(folder, '.env'), 'A=1')],
  ['there is another file that may be imported', (folder) => writeFileSync(join(folder, 'src/b.ts'), '')],
  ['there is another package', (folder) => mkdirSync(join(folder, 'node_modules/zod'))],
])('a result is not taken when %s', (_, change) => {
  const folder = createFolder();
  const cache = openCache<number>(folder, []);
  cache.write(1, [join(folder, 'src/a.ts'), join(folder, '.env')]);
  expect(cache.read()).toBe(1);
  change(folder);
  expect(cache.read()).toBe(undefined);
});

test('what is written beside the sources does not matter, nor when a file was written', () => {
  const folder = createFolder();
  const cache = openCache<number>(folder, []);
  cache.write(1, [join(folder, 'src/a.ts')]);
  writeFileSync(join(folder, 'src/mcp.outputs.json'), '{}');
  writeFileSync(join(folder, 'src/a.ts'), '1');
  expect(cache.read()).toBe(1);
});

test('a folder that cannot be written costs time and nothing else', () => {
  const folder = createFolder();
  writeFileSync(join(folder, 'node_modules/.cache'), '');
  const cache = openCache<number>(folder, []);
  cache.write(1, []);
  expect(cache.read()).toBe(undefined);
});
