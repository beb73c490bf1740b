import { describe, expect, test } from 'vitest';
import { growthOf, mostInProportion } from '../../core/test/growth.ts';
import { adviceFor } from '../src/advice.ts';
import { unfence } from '../src/source.ts';

describe('looking at code, which nothing limits in time, takes as long as the code is', () => {
  const fence = '```\n';
  test.each([
    ['lines after a fence', fence, '\n'],
    ['blanks after a fence', fence, ' '],
    ['fences after a fence', fence, '```\n'],
    ['backticks', '', '`'],
    ['lines', '', '\n'],
    ['returns', '', '\r'],
    ['line separators', '', '\u2028'],
    ['blanks', '', ' '],
    ['blanks after what may be a type', '(a:a', ' '],
    ['commas after what may be a type', '(a:a', ','],
    ['what may be types', '', '(a:a '],
    ['what may be types of types', '', 'a<a '],
    ['blanks after a declaration', 'let a', ' '],
    ['declarations', '', 'let a '],
    ['assertions', '', ' as '],
    ['parentheses', '', ') '],
  ])('%s', async (_name, start, unit) => {
    const prepare = (size: number) => {
      const code = `${start}${unit.repeat(size / unit.length)}!`;
      return () => unfence(code).length + adviceFor('SyntaxError', 'words', code).length;
    };
    expect(await growthOf(prepare, 65_536)).toBeLessThan(mostInProportion);
  });
});

test.each([
  ['```js\nreturn 1\n```', 'return 1'],
  ['```\nreturn 1```', 'return 1'],
  ['\n  ```js\r\nreturn 1\r\n```  \n', 'return 1'],
  ['~~~ts\nreturn 1\n~~~', 'return 1'],
  ['````\nreturn `1`\n````', 'return `1`'],
  ['```\n```', ''],
  ['```', '```'],
  ['``` js', '``` js'],
  ['```js\nreturn 1', '```js\nreturn 1'],
  ['```js\nreturn 1\n~~~', '```js\nreturn 1\n~~~'],
  ['```a`\nreturn 1\n```', '```a`\nreturn 1\n```'],
  ['return 1 // ```', 'return 1 // ```'],
  ['  return 1', '  return 1'],
])('%j is the code %j', (given, code) => {
  expect(unfence(given)).toBe(code);
});

test.each([
  ['import a from "a"', 'There are no modules'],
  ['const a = 1;\n  export default a', 'There are no modules'],
  ['const a: string = 1', 'without types'],
  ['function f(a: string, b?: number) {}', 'without types'],
  ['(a: Map<string, number[]> = 1) => a', 'without types'],
  ['  interface A {}', 'without types'],
])('%s is told what to write', (code, words) => {
  expect(adviceFor('SyntaxError', 'words', code)).toContain(words);
});
