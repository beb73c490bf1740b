import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { compareFile } from '../../src/outputs/check.ts';
import { read } from './read.ts';

test('the file of the example is what the command writes', () => {
  const path = (name: string): string =>
    fileURLToPath(new URL(`../../../../examples/features/${name}`, import.meta.url));
  const { file } = read(path('outputs.ts'));
  expect(compareFile(path('mcp.outputs.json'), 'mcp.outputs.json', file)).toEqual({ kind: 'same' });
});
