import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { send } from './auth-clients.ts';
import { startCommand } from './start.ts';

const examples = new URL('..', import.meta.url);
const index = await readFile(new URL('README.md', examples), 'utf8');

/** The rows of the index that start one of several apps of a folder. */
const named = [...index.matchAll(/^\| \[[\w-]+\]\(([\w-]+).*`npm start -- ([\w -]+)`/gm)].map(
  ([, folder, app]) => ({ folder: folder!, app: app! }),
);

test('the index starts apps by their names', () => {
  expect(named.length).toBeGreaterThan(10);
});

test.each(named)('$folder starts $app', async ({ folder, app }) => {
  await using server = await startCommand(`tsx start.ts ${app}`, { folder: new URL(`${folder}/`, examples) });
  const { status, body } = await send(server.url, 'tools/list');
  expect(status, JSON.stringify(body)).toBe(200);
});
