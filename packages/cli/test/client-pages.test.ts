import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from './run.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trpc-mcp-pages-'));
});
afterAll(() => rm(folder, { recursive: true }));

// The page of each client that `connect` knows and the docs tell about, and the language of its file.
test.each([
  ['claude-code', 'claude-code', 'json'],
  ['claude-desktop', 'claude-desktop', 'json'],
  ['cursor', 'cursor', 'json'],
  ['vscode', 'vscode', 'json'],
  ['codex', 'codex', 'toml'],
  ['gemini', 'gemini-cli', 'json'],
])('the file that connect writes for %s stands on the page of the client', async (client, page, language) => {
  const url = 'https://app.example.com/mcp';
  const header = ['--header', 'Authorization: Bearer ${APP_TOKEN}'];
  const args = ['connect', url, '--client', client, '--name', 'acme', '--print', '--no-check', '--json'];
  const { stdout } = await run([...args, ...header], { cwd: folder, env: { HOME: folder } });
  const { files } = JSON.parse(stdout) as { files: { fragment: string }[] };
  const text = await readFile(new URL(`../../../docs/clients/${page}.md`, import.meta.url), 'utf8');
  const blocks = [...text.matchAll(/^```(\w+)\n([^]*?)^```$/gm)]
    .filter(([, name]) => name === language)
    .map(([, , block = '']) => block);
  const parse = (written: string): unknown => (language === 'json' ? JSON.parse(written) : written.trim());
  expect(files).toHaveLength(1);
  expect(blocks.map(parse)).toContainEqual(parse(files[0]!.fragment));
});
