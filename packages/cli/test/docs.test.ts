import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createProgram } from '../src/program.ts';
import { exitCode } from '../src/exit-code.ts';
import { createTerminal } from '../src/terminal.ts';

const read = (name: string) => readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');
const page = read('cli.md');
const { commands } = await createProgram([], createTerminal());

test('the page of the command line names every command, in the order of the help text', () => {
  const links = [...page.matchAll(/^\| \[`(\w+)`\]\((?:([\w.-]+\.md))?(?:#([\w-]+))?\)/gm)];
  expect(links.map(([, name]) => name)).toEqual(commands.map((command) => command.name()));
  for (const [, name, file, anchor] of links) {
    const text = file === undefined ? page : read(file);
    const headings = [...text.matchAll(/^#+ (.*)/gm)].map(([, words]) =>
      words!.toLowerCase().replaceAll(' ', '-'),
    );
    if (anchor !== undefined) expect(headings, name).toContain(anchor);
  }
});

test.each(commands.map((command) => [command.name(), command] as const))(
  'the docs of %s name every option that it has',
  (name, command) => {
    const [, file] = new RegExp(`\\[\`${name}\`\\]\\(([\\w.-]+\\.md)`).exec(page) ?? [];
    const text = page + (file === undefined ? '' : read(file));
    const options = command.options
      .filter(({ hidden }) => !hidden)
      .map(({ long }) => long!)
      .filter((option) => option !== '--help');
    expect(options.filter((option) => !text.includes(option))).toEqual([]);
  },
);

test('the page of the command line names every exit code', () => {
  const codes = [...page.matchAll(/^\| (\d+) +\|/gm)].map(([, code]) => Number(code));
  expect(codes).toEqual(Object.values(exitCode));
});
