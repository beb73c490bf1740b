import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ts } from 'ts-morph';
import { describe, expect, test } from 'vitest';
import {
  anchorsOf,
  blocksOf,
  findSyntaxFault,
  flatten,
  isExcerpt,
  linksOf,
  resolveLink,
} from './snippets.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
// Also those that are not committed yet, so that a new page is checked before it is.
const list = (...patterns: string[]) =>
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--', ...patterns], {
    cwd: root,
    encoding: 'utf8',
  })
    .split('\n')
    .filter((path) => path !== '' && existsSync(join(root, path)));

const pages = list(
  'docs/*.md',
  'README.md',
  'packages/*/README.md',
  'examples/*/README.md',
  'apps/*/README.md',
  'AGENTS.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
);

/** The code that `pnpm typecheck` reads: every file of git that a tsconfig.json includes. */
function readCheckedSources(): string[] {
  const tracked = new Set(list('*.ts', '*.tsx', '*.mts', '*.cts'));
  const checked = new Set<string>();
  for (const config of list('**/tsconfig*.json')) {
    const { config: json } = ts.readConfigFile(join(root, config), (path) => ts.sys.readFile(path)) as {
      config: object;
    };
    const { fileNames } = ts.parseJsonConfigFileContent(json, ts.sys, join(root, dirname(config)));
    for (const name of fileNames) checked.add(relative(root, name));
  }
  return [...checked]
    .filter((path) => tracked.has(path))
    .map(read)
    .filter((text) => !text.includes('@ts-nocheck'))
    .map(flatten);
}

const faults: { page: string; line: number; words: string }[] = [];

const sources = readCheckedSources();
for (const page of pages) {
  const report = (line: number, words: string) => faults.push({ page, line, words });
  const markdown = read(page);
  for (const block of blocksOf(markdown)) {
    const fault = findSyntaxFault(block);
    if (fault !== undefined) report(block.line, `the block of "${block.language}" cannot be used: ${fault}`);
    if (/^tsx?$/.test(block.language) && !isExcerpt(block.text, sources))
      report(block.line, 'no file that is type-checked has this code');
  }
  for (const { line, target } of linksOf(markdown)) {
    const { path, anchor } = resolveLink(page, target);
    if (!existsSync(join(root, path))) report(line, `there is no ${path}`);
    else if (anchor !== undefined && path.endsWith('.md') && !anchorsOf(read(path)).has(anchor))
      report(line, `${path} has no heading #${anchor}`);
  }
}

test('each block of code in the docs parses and is type-checked, and each link leads somewhere', () => {
  expect(pages.length).toBeGreaterThan(40);
  expect(faults.map(({ page, line, words }) => `${page}:${line}: ${words}`).join('\n')).toBe('');
});

describe('the check', () => {
  const block = (language: string, text: string) => ({ language, line: 1, text });

  test('reads every kind of fence, and takes no language that it does not know', () => {
    const [tilde, long] = blocksOf('~~~ts\na;\n~~~\n\n````md\n```ts\nb;\n```\n````\n');
    expect([tilde?.text, long?.text]).toEqual(['a;\n', '```ts\nb;\n```\n']);
    for (const language of ['typescript', 'TS', 'javascript', ''])
      expect(findSyntaxFault(block(language, 'a;'))).toContain('write ts for TypeScript');
  });

  test('finds holes, and fragments of objects', () => {
    expect(findSyntaxFault(block('ts', 'const a = f(…);'))).toBe('Invalid character.');
    expect(findSyntaxFault(block('ts', "outputs: 'small',\nbudget: { listTokens: 1 },"))).toBeDefined();
    expect(findSyntaxFault(block('ts', 'const a = await f<string>(1);'))).toBeUndefined();
    expect(findSyntaxFault(block('tsx', 'const a = <b>c</b>;'))).toBeUndefined();
    expect(findSyntaxFault(block('json', '{ a: 1 }'))).toBeDefined();
    expect(findSyntaxFault(block('jsonc', '{ "a": 1 } // comment'))).toBeUndefined();
  });

  test('finds a name that is no longer in any file, and allows what a formatter changes', () => {
    const files = ['app.use(\n  mcpHandler(router, { createContext, }),\n);', 'const b = 1;'].map(flatten);
    expect(isExcerpt('app.use(mcpHandler(router, { createContext }));', files)).toBe(true);
    expect(isExcerpt('app.use(mcpHandler(router, { makeContext }));', files)).toBe(false);
    expect(isExcerpt('const b = 1;\n\napp.use(mcpHandler(router, { createContext }));', files)).toBe(false);
  });

  test('reads blocks, links and headings as GitHub does', () => {
    const page =
      '# A `b`, c\n\n[x](#a-b-c) [y](../e.md#f) `[z](q.md)`\n\n- g\n\n  ```ts\n  h;\n  ```\n\n## A b c\n';
    expect(blocksOf(page)).toEqual([{ language: 'ts', line: 8, text: 'h;\n' }]);
    expect(linksOf(page)).toEqual([
      { line: 3, target: '#a-b-c' },
      { line: 3, target: '../e.md#f' },
    ]);
    expect(anchorsOf(page)).toEqual(new Set(['a-b-c', 'a-b-c-1']));
    expect(resolveLink('docs/d/p.md', '../e.md#f')).toEqual({ path: 'docs/e.md', anchor: 'f' });
  });
});
