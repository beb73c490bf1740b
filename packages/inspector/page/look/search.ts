import type { Tool } from '@modelcontextprotocol/client';
import { asRecord, asText } from '../parts/record.ts';
import { procedureOf } from './procedure.ts';

/** Whether something has all words of a query. */
export type Matcher = (query: string) => boolean;

/** Makes a search over the name, title, description, path and arguments of each tool, in this order. */
export function createToolMatchers(tools: readonly Tool[]): Matcher[] {
  return tools.map((tool) =>
    createMatcher([
      tool.name,
      tool.title,
      tool.description,
      procedureOf(tool).path,
      ...argumentTexts(tool.inputSchema, 0),
    ]),
  );
}

/** Makes a search over texts. Marks on letters, and capitals, make no difference: `Zurich` finds `zürich`. */
export function createMatcher(texts: readonly (string | undefined)[]): Matcher {
  const text = fold(texts.map((one) => one?.slice(0, mostCharacters) ?? '').join('\n'));
  return (query) => toWords(query).every((word) => text.includes(word));
}

function toWords(query: string): string[] {
  return fold(query).split(/\s+/).filter(Boolean);
}

function fold(text: string): string {
  return text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
}

/** The most characters of one text that are searched. */
const mostCharacters = 20_000;
const mostLevels = 6;

/** The names of the arguments, and what is said of those at the root. */
function argumentTexts(schema: unknown, level: number): string[] {
  const { properties, items } = asRecord(schema) ?? {};
  if (level > mostLevels) return [];
  const named = Object.entries(asRecord(properties) ?? {}).flatMap(([name, inner]) => [
    name,
    ...(level === 0 ? [asText(asRecord(inner)?.['description']) ?? ''] : []),
    ...argumentTexts(inner, level + 1),
  ]);
  return items === undefined ? named : [...named, ...argumentTexts(items, level + 1)];
}
