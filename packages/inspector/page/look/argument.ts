import { asRecord, asText, asTexts } from '../parts/record.ts';
import { nameOf, resolve } from './reference.ts';
import { toLimitWords, toTypeWords, toValueWords } from './type-words.ts';

/** One argument of a tool, or a part of one. */
export interface Argument {
  /** Where it is: `filter.status`, `lines[].amount`, `owner (choice 2).id`. */
  path: string;
  /** How deep it is. 0 for those at the root. */
  level: number;
  type: string;
  isRequired: boolean;
  description: string | undefined;
  default: string | undefined;
  limits: readonly string[];
}

/** The arguments that a schema names, and how many more there are than are listed. */
export interface Arguments {
  all: readonly Argument[];
  areMore: boolean;
}

/** Lists what a schema names, with what is inside of objects, lists and choices. What contains itself is listed once. */
export function toArguments(schema: unknown): Arguments {
  const all: Argument[] = [];
  let areMore = false;
  let visits = 0;
  const visit = (value: unknown, path: string, level: number, seen: readonly string[]): void => {
    // A schema whose choices refer to choices can be small and have millions of them.
    if (++visits > mostVisits) {
      areMore = true;
      return;
    }
    const { schema: found, reference } = resolve(value, schema);
    if (typeof found === 'boolean') return;
    if (reference !== undefined && seen.includes(reference)) return;
    const known = reference === undefined ? seen : [...seen, reference];
    const required = asTexts(found['required']);
    for (const [name, inner] of Object.entries(asRecord(found['properties']) ?? {})) {
      if (all.length >= mostArguments || level >= mostLevels) {
        areMore = true;
        return;
      }
      const own = path === '' ? name : `${path}.${name}`;
      all.push(toArgument(inner, own, level, required.includes(name), schema, known));
      visit(inner, own, level + 1, known);
    }
    if (level < mostLevels) {
      visitEach(found['items'], `${path}[]`, level, known);
      visitEach(found['additionalProperties'], `${path}.{key}`, level, known);
      for (const part of asList(found['allOf'])) visit(part, path, level, known);
      const choices = asList(found['anyOf'] ?? found['oneOf']);
      for (const [index, choice] of choices.entries())
        visit(choice, choices.length > 1 ? `${path} (choice ${index + 1})`.trim() : path, level, known);
    } else areMore ||= found['items'] !== undefined;
  };
  const visitEach = (value: unknown, path: string, level: number, seen: readonly string[]) => {
    if (asRecord(value)) visit(value, path, level, seen);
  };
  visit(schema, '', 0, []);
  return { all, areMore };
}

const mostArguments = 400;
const mostLevels = 20;
const mostVisits = 5000;

function toArgument(
  value: unknown,
  path: string,
  level: number,
  isRequired: boolean,
  root: unknown,
  seen: readonly string[],
): Argument {
  const { schema, reference } = resolve(value, root);
  const keywords = typeof schema === 'boolean' ? {} : schema;
  const isAgain = reference !== undefined && seen.includes(reference);
  return {
    path,
    level,
    type: isAgain ? `${toTypeWords(value, root)}, as ${nameOf(reference)} above` : toTypeWords(value, root),
    isRequired,
    description: asText(keywords['description']) ?? asText(keywords['title']),
    default: Object.hasOwn(keywords, 'default') ? toValueWords(keywords['default']) : undefined,
    limits: [...toLimitWords(value, root), ...itemLimits(keywords['items'], root)],
  };
}

function itemLimits(items: unknown, root: unknown): string[] {
  return items === undefined ? [] : toLimitWords(items, root).map((words) => `each: ${words}`);
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
