import { access, readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { listExamples } from './standalone.ts';

const examples = fileURLToPath(new URL('..', import.meta.url));

/** The files and folders that the index links to. */
async function readLinks(): Promise<string[]> {
  const index = await readFile(`${examples}README.md`, 'utf8');
  return [...index.matchAll(/\]\(([^)#]+)/g)].map(([, link]) => link!);
}

/** Those that the index does not link to. */
async function listUnnamed(paths: string[]): Promise<string[]> {
  const links = await readLinks();
  return paths.filter((path) => !links.includes(path));
}

async function listFolders(): Promise<string[]> {
  return ['testing', ...(await listExamples())];
}

test('the index names every example', async () => {
  expect(await listUnnamed(await listFolders())).toEqual([]);
});

test('the index names every file of features', async () => {
  const files = (await readdir(`${examples}features`)).filter((name) => name.endsWith('.ts'));
  const pages = files.filter((name) => name !== 'start.ts' && name !== 'vitest.config.ts');
  expect(pages.length).toBeGreaterThan(0);
  expect(await listUnnamed(pages.map((name) => `features/${name}`))).toEqual([]);
});

test('all its links lead somewhere', async () => {
  const links = await readLinks();
  const found = await Promise.all(
    links.map((link) =>
      access(examples + link).then(
        () => link,
        () => `no ${link}`,
      ),
    ),
  );
  expect(found).toEqual(links);
});

test('every example has a README', async () => {
  const folders = await listFolders();
  const found = await Promise.all(
    folders.map((name) =>
      access(`${examples}${name}/README.md`).then(
        () => name,
        () => `${name} has none`,
      ),
    ),
  );
  expect(found).toEqual(folders);
});

test('the start commands of the index are there', async () => {
  const index = await readFile(`${examples}README.md`, 'utf8');
  const rows = [...index.matchAll(/^\| \[[\w-]+\]\(([\w-]+)(?:\/[\w-]+\.ts)?\)(.*)$/gm)];
  expect(rows.length).toBeGreaterThan(0);
  for (const [, folder, row] of rows) {
    const { scripts } = JSON.parse(await readFile(`${examples}${folder}/package.json`, 'utf8')) as {
      scripts: object;
    };
    const [, script] = /`npm (?:run )?(\w+)/.exec(row!) ?? [];
    if (script !== undefined) expect(scripts, folder).toHaveProperty(script);
    else expect(row, folder).toContain('its test');
  }
});

test('the index names every guide that links to an example', async () => {
  const docs = fileURLToPath(new URL('../../docs', import.meta.url));
  const pages = (await readdir(docs, { recursive: true })).filter((name) => name.endsWith('.md'));
  const guides = pages.filter(
    (name) => !/^(?:api|clients|reference|why)\/|^(?:security|wire-format)\.md$/.test(name),
  );
  const linking: string[] = [];
  for (const guide of guides) {
    const text = await readFile(`${docs}/${guide}`, 'utf8');
    if (/\]\((?:\.\.\/)+examples\//.test(text)) linking.push(`../docs/${guide}`);
  }
  expect(linking.length).toBeGreaterThan(10);
  expect(await listUnnamed(linking)).toEqual([]);
});
