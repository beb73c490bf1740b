import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { quote, quoteWithToken, toHeredoc } from '../page/try/shell.ts';

const texts = [
  '',
  "it's",
  "''",
  '$HOME `id` $(id) \\ " ! # & | ; < > * ? ~ {a,b}',
  'line\nline',
  '\t',
  "-n 'x' é ☃ 🎉",
  '!!',
  '\\\\n',
  'END\nEND_',
  '--',
];

/** Texts of the characters that mean something to a shell, the same in each run. */
function* oddTexts(): Generator<string> {
  const characters = '\'"\\$`!#&|;<>()*?~{}[]= \n\taé'.split('');
  let seed = 7;
  for (let count = 0; count < 200; count++) {
    let text = '';
    for (let length = seed % 12; length >= 0; length--) {
      seed = (seed * 1103515245 + 12345) % 2 ** 31;
      text += characters[seed % characters.length];
    }
    yield text;
  }
}

const bash = (script: string) =>
  execFileSync('bash', ['-c', script], { encoding: 'utf8', env: { ...process.env, TOKEN: 's3"cret $x' } });

test('bash reads each quoted text as it was', () => {
  const all = [...texts, ...oddTexts()];
  const said = bash(`printf '%s\\0' ${all.map(quote).join(' ')}`);
  expect(said.split('\0').slice(0, -1)).toEqual(all);
});

test('bash fills in the token, and nothing else', () => {
  const all = [...texts, ...oddTexts()];
  const said = bash(`printf '%s\\0' ${all.map(quoteWithToken).join(' ')}`);
  expect(said.split('\0').slice(0, -1)).toEqual(all.map((text) => `${text}s3"cret $x`));
});

test('bash gives a command the whole text as its input', () => {
  for (const text of texts) expect(bash(`cat ${toHeredoc(text)}`)).toBe(`${text}\n`);
});
