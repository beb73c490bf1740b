import { lintRules } from '@trpc-mcp/core/clients';
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { expect, test } from 'vitest';
import { addLint } from '../src/commands/lint.ts';
import { addLock } from '../src/commands/lock.ts';
import { catalogRules } from '../src/lint/catalog-rules.ts';
import { createTerminal } from '../src/terminal.ts';
import { Command } from 'commander';

const page = new URL('../../../docs/lint.md', import.meta.url);
const begin =
  '<!-- prettier-ignore-start -->\n<!-- rules: written from packages/core/src/clients/lint and packages/cli/src/lint -->';
const end = '<!-- prettier-ignore-end -->';

const toCell = (text: string): string => text.replaceAll('|', String.raw`\|`).replaceAll('<', '&lt;');
const toSentence = (text: string): string => toCell(`${text.charAt(0).toUpperCase()}${text.slice(1)}.`);

const table = [
  '| rule | what it finds | what to change | an example | and what is fine |',
  '| --- | --- | --- | --- | --- |',
  ...[...lintRules, ...catalogRules].map(({ code, finds, fix, example, options = {} }) => {
    const numbers = Object.entries(options).map(([name, value]) => ` \`${name}\` is ${value} by default.`);
    const cells = [
      `\`${code}\``,
      toSentence(finds) + numbers.join(''),
      toSentence(fix),
      toCell(example.found),
      toCell(example.fine),
    ];
    return `| ${cells.join(' | ')} |`;
  }),
].join('\n');

test('docs/lint.md has the table of all rules; UPDATE_DOCS=1 writes it', () => {
  const text = readFileSync(page, 'utf8');
  const [before, rest = ''] = text.split(begin);
  const after = rest.split(end).slice(1).join(end);
  const updated = `${before}${begin}\n\n${table}\n\n${end}${after}`;
  if (process.env['UPDATE_DOCS']) writeFileSync(page, updated);
  else expect(text).toBe(updated);
});

test('docs/lint.md names every option of both commands', () => {
  const text = readFileSync(page, 'utf8');
  const program = new Command();
  for (const add of [addLint, addLock]) add(program, createTerminal());
  const shared = new Set(['--header', '--login', '--ctx', '--json']);
  const options = program.commands.flatMap((command) => command.options.map(({ long }) => long ?? ''));
  for (const option of options) if (!shared.has(option)) expect(text).toContain(option);
});
