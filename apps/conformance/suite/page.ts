import { readFile, writeFile } from 'node:fs/promises';

const page = new URL('../../../docs/reference/conformance.md', import.meta.url);
const begin = '<!-- prettier-ignore-start -->\n<!-- written by apps/conformance/suite -->';
const end = '<!-- prettier-ignore-end -->';

/** Whether the page quotes this report. */
export async function isQuoted(report: string): Promise<boolean> {
  return (await readFile(page, 'utf8')) === (await quote(report));
}

export async function writeQuote(report: string): Promise<void> {
  await writeFile(page, await quote(report));
}

async function quote(report: string): Promise<string> {
  const [before, rest] = (await readFile(page, 'utf8')).split(begin);
  const after = rest?.split(end).slice(1).join(end);
  if (after === undefined) throw new Error('docs/reference/conformance.md has no place for the report');
  return `${before}${begin}\n\n${report}\n\n${end}${after}`;
}
