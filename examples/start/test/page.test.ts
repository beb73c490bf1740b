import { expect, test } from 'vitest';
import { readSteps } from './page.ts';

test('reads files, commands, what goes on running, and what is printed', () => {
  const page = [
    'Write this file as `a.ts`:\n\n```ts\nconst a = 1;\n```\n',
    '```sh\nnpm one\ncurl x \\\n  -d y\n```\n',
    'Start it, and keep it running:\n\n```sh\nnode a.ts\n```\n',
    'The answer:\n\n```json\n{}\n```\n',
  ].join('\n');
  expect(readSteps(page)).toEqual([
    { kind: 'file', line: 3, name: 'a.ts', text: 'const a = 1;\n' },
    { kind: 'run', line: 7, command: 'npm one' },
    { kind: 'run', line: 7, command: 'curl x \\\n  -d y' },
    { kind: 'start', line: 15, command: 'node a.ts' },
    { kind: 'json', line: 21, text: '{}\n' },
  ]);
});

test('refuses code that no reader would know where to put', () => {
  expect(() => readSteps('Some words.\n\n```ts\nconst a = 1;\n```\n')).toThrow(
    'line 3: the page does not say',
  );
});
