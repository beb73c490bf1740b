import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';

const names = [
  'resources',
  'prompts',
  'streaming',
  'questions',
  'own-tools',
  'apps',
  'changes',
  'metadata',
  'results',
  'versions',
  'big-apps',
  'code-mode',
  'errors',
  'existing-apps',
  'outputs',
  'testing',
  'inspector',
];

describe.each(names)('docs/%s.md', (name) => {
  const page = new URL(`../../../docs/${name}.md`, import.meta.url);

  test('quotes errors as the tests see them', async () => {
    const text = await readFile(page, 'utf8');
    const seen = await readFile(new URL(`./${name}.test.ts`, import.meta.url), 'utf8');
    for (const [, words = ''] of text.matchAll(/`([A-Z_]+: [^`…]*[^`…,])/g)) {
      expect(seen, words).toContain(words.replace(/, and $/, ''));
    }
  });
});
