import type { ClientTool } from '../finding.ts';
import { isObject, type SchemaObject, typesOf } from '../node.ts';
import { argumentsOf, derefOnce } from './arguments.ts';
import { type IdOf, readIdName, roles } from './id-name.ts';
import { isOpen } from './output-shape.ts';
import type { LintListing } from './rule.ts';
import { nounsOf, readToolName } from './tool-name.ts';
import { toSingular, wordsOf } from './words.ts';

/** Whether something in the list may give a model such an id. Where nobody can know, it may. */
export function mayGiveId(id: IdOf, listing: LintListing): boolean {
  const { tools, resources = [], instructions = '' } = listing;
  if (mentionsIdOf(id, instructions)) return true;
  if (resources.some(({ uri, name = '' }) => isAbout(id, [...wordsOf(uri), ...wordsOf(name)]))) return true;
  return tools.some((tool) => {
    // What wants such an id itself is no beginning.
    if (needsId(id, tool)) return false;
    if (mentionsIdOf(id, tool.description ?? '')) return true;
    const { outputSchema, name } = tool;
    if (outputSchema === undefined || isOpen(outputSchema)) return true;
    const nouns = nounsOf(name);
    // The text that a tool returns may be the id of what it has made.
    if (typesOf(outputSchema).includes('string')) return isAbout(id, nouns);
    return givesId(id, outputSchema, name);
  });
}

function needsId(id: IdOf, { name, inputSchema }: ClientTool): boolean {
  if (readToolName(name).action === 'create') return false;
  return argumentsOf(inputSchema).some((argument) => {
    if (!argument.isRequired) return false;
    const other = readIdName(argument, name);
    return other !== undefined && isSame(id, other);
  });
}

function isSame(one: IdOf, other: IdOf): boolean {
  return one.thing === other.thing;
}

/** Whether words name the thing, or another one that may play its part. */
function isAbout({ thing, isRole }: IdOf, words: readonly string[]): boolean {
  const last = thing.split(' ').at(-1)!;
  const singular = words.map(toSingular);
  return singular.includes(last) || (isRole && singular.some((word) => roles.has(word)));
}

/** Says in words that such ids come from somewhere: "returns the ids of customers". */
function mentionsIdOf(id: IdOf, text: string): boolean {
  return text.split(/[.!?\n]+/).some((sentence) => {
    const words = wordsOf(sentence);
    return words.some((word) => /^(ids?|identifiers?|uuids?)$/.test(word)) && isAbout(id, words);
  });
}

const deepest = 6;

function givesId(id: IdOf, root: SchemaObject, toolName: string): boolean {
  return visit(root, [], 0);

  function visit(raw: unknown, parents: readonly string[], depth: number): boolean {
    if (!isObject(raw) || depth > deepest) return false;
    const schema = derefOnce(root, raw);
    const { properties, items, additionalProperties } = schema;
    const fields = Object.entries(isObject(properties) ? properties : {});
    if (fields.some(([name]) => isSuchId(name, parents))) return true;
    if (fields.some(([name, value]) => visit(value, [...parents, name], depth + 1))) return true;
    const inside = ['anyOf', 'oneOf', 'allOf', 'prefixItems'].flatMap((keyword) => {
      const branches = schema[keyword];
      return Array.isArray(branches) ? (branches as unknown[]) : [];
    });
    return [...inside, items, additionalProperties].some((each) => visit(each, parents, depth + 1));
  }

  function isSuchId(name: string, parents: readonly string[]): boolean {
    const words = wordsOf(name).map(toSingular);
    const isId = words.at(-1) === 'id' || words.at(-1) === 'uuid';
    if (!isId) return words.join(' ') === `${id.thing} key`;
    const before = words.slice(0, -1);
    if (before.length > 0) return isAbout(id, before);
    // `items[].id` is that of what the tool is about; `customer.id` that of a customer.
    return isAbout(id, [...parents, ...nounsOf(toolName)].flatMap(wordsOf));
  }
}
