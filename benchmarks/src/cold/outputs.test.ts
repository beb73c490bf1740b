import { expect, test } from 'vitest';
import { splitOutputs } from './outputs.ts';

test('a bundle is loaded in two parts: what its first file imports, and what is imported when it is needed', () => {
  const outputs = {
    'shared.mjs': { imports: [] },
    'later.mjs': {
      entryPoint: 'later.js',
      imports: [
        { path: 'shared.mjs', kind: 'import-statement' },
        { path: 'latest.mjs', kind: 'import-statement' },
      ],
    },
    'latest.mjs': { imports: [] },
    'first.mjs': {
      entryPoint: 'first.js',
      imports: [
        { path: 'shared.mjs', kind: 'import-statement' },
        { path: 'later.mjs', kind: 'dynamic-import' },
        { path: 'node:crypto', kind: 'import-statement' },
      ],
    },
  };
  expect(splitOutputs(outputs)).toEqual([
    ['first.mjs', 'shared.mjs'],
    ['later.mjs', 'latest.mjs'],
  ]);
});

test('a bundle without a first file is an error', () => {
  expect(() => splitOutputs({})).toThrow('no file to begin with');
});
