import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { expect, test, vi } from 'vitest';
import {
  checkTools,
  type Client,
  type ClientName,
  clients,
  type Fact,
  type Rule,
} from '../../src/clients/clients.ts';
import { listKinds } from '../clients-rules/kinds.ts';

vi.setConfig({ testTimeout: 120_000 });

const page = new URL('../../../../docs/clients.md', import.meta.url);
const all = Object.entries(clients) as [ClientName, Client][];

const toTable = (...rows: string[][]) =>
  rows
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`)
    .join('\n');
const toSentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
const line = (count: number) => Array.from({ length: count }, () => '---');

/** Code is set as code where it is read. */
const inDocs = ({ does }: Rule | Fact) =>
  toSentence(does).replaceAll(/(?<=match )\S+?(?=\.?$)/g, (code) => `\`${code}\``);
const known = ({ source, date }: Rule | Fact) => `${source} (${date})`;

function writeRules({ rules }: Client): string {
  const effect = ({ severity, losesAll }: Rule) =>
    severity === 'warning' ? 'warning' : losesAll ? 'error, all tools' : 'error';
  return toTable(
    ['rule', 'what the client does', 'finding', 'what the bridge does', 'known from'],
    line(5),
    ...rules.map((rule) => [`\`${rule.id}\``, inDocs(rule), effect(rule), rule.bridge, known(rule)]),
  );
}

function writeFacts(about: readonly Fact['about'][]): string {
  const rows = all.flatMap(([, { title, facts }]) =>
    facts
      .filter((fact) => about.includes(fact.about))
      .map((fact) => [title, inDocs(fact), fact.bridge, known(fact)]),
  );
  return toTable(['client', 'what it does', 'what the bridge does', 'known from'], line(4), ...rows);
}

function writeCounts(): string {
  const lists = listKinds().filter(({ of }) => of.endsWith('modern'));
  const total = lists.reduce((sum, { tools }) => sum + tools.length, 0);
  const findings = lists.flatMap(({ tools }) => checkTools(tools, undefined, { serverName: 'app' }));
  const rows = all.flatMap(([name, { title, rules }]) =>
    rules
      .map((rule) => ({
        rule,
        count: findings.filter((each) => each.client === name && each.rule === rule.id).length,
      }))
      .filter(({ rule, count }) => rule.severity === 'warning' && count > 0)
      .map(({ rule, count }) => [title, `\`${rule.id}\``, `${count}`, rule.bridge]),
  );
  const table = toTable(['client', 'rule', 'tools', 'why it stays'], line(4), ...rows);
  return `Of ${total} tools, which together have every kind of schema that the tests know:\n\n${table}`;
}

/** What stands between the marks in the page, by the name in the mark. */
const parts: Record<string, () => string> = {
  rules: () =>
    all.map(([name, client]) => `### ${client.title}: \`${name}\`\n\n${writeRules(client)}`).join('\n\n'),
  warnings: writeCounts,
  tools: () => writeFacts(['tools']),
  results: () => writeFacts(['results']),
  hints: () => writeFacts(['hints']),
  auth: () => writeFacts(['auth']),
  limits: () => writeFacts(['limits']),
};

test('docs/clients.md has the tables of the profiles; UPDATE_DOCS=1 writes them', () => {
  const text = readFileSync(page, 'utf8');
  const found: string[] = [];
  const updated = text.replaceAll(
    /(<!-- prettier-ignore-start -->\n<!-- (\w+): written from packages\/core\/src\/clients -->)[^]*?(<!-- prettier-ignore-end -->)/g,
    (_, begin: string, name: string, end: string) => {
      found.push(name);
      return `${begin}\n\n${parts[name]!()}\n\n${end}`;
    },
  );
  expect(found.toSorted()).toEqual(Object.keys(parts).toSorted());
  if (process.env['UPDATE_DOCS']) writeFileSync(page, updated);
  else expect(text).toBe(updated);
});

test('docs/clients.md links to what is there', () => {
  const text = readFileSync(page, 'utf8');
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link = '']) => link);
  expect(links.length).toBeGreaterThan(0);
  for (const link of links) expect(existsSync(new URL(link, page)), link).toBe(true);
});
