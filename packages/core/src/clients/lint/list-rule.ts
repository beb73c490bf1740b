import type { ClientTool } from '../finding.ts';
import { isObject, type SchemaObject, typesOf } from '../node.ts';
import { type Argument, argumentsOf, branchesOf } from './arguments.ts';
import { readIdName } from './id-name.ts';
import { isOpen, type ListIn, listsOf } from './output-shape.ts';
import { eachTool, type LintRule } from './rule.ts';
import { nounsOf, readToolName } from './tool-name.ts';
import { toSingular, wordsOf } from './words.ts';

/** Lists that may be longer than a model can read. */
export const listRule: LintRule = {
  code: 'list-unlimited',
  severity: 'warning',
  finds:
    'tools that only read and return a list, and take no limit, cursor or page. Where a tool has no output schema, its name tells: customers_list, getAllCustomers',
  fix: 'add a limit and a cursor to the input, or set mcp.result: { maxTokens }',
  example: {
    found: 'customers.list without input, which returns an array',
    fine: 'customers.list with { limit: z.int().max(100).default(20), cursor: z.string().optional() }',
  },
  find: eachTool((tool) => {
    const list = findList(tool);
    if (list === undefined || hasBound(tool)) return undefined;
    return { place: list.place, message: `${list.what}, and no argument says how much of it` };
  }),
};

function findList(tool: ClientTool): { place: string; what: string } | undefined {
  const { name, outputSchema, annotations = {} } = tool;
  const { action } = readToolName(name);
  const isRead = (annotations as { readOnlyHint?: unknown }).readOnlyHint === true;
  if (!isRead && !(action === 'list' && Object.keys(annotations).length === 0)) return undefined;
  if (outputSchema === undefined || isOpen(outputSchema))
    return action === 'list' && !isOfOne(tool) && !isCompound(name)
      ? { place: 'inputSchema', what: 'its name says that it returns a list' }
      : undefined;
  const list = listsOf(outputSchema).find((each) => !each.hasEnd && isMain(each, tool, outputSchema));
  if (list === undefined) return undefined;
  const place = list.key === undefined ? 'outputSchema' : `outputSchema.properties.${list.key}`;
  return { place, what: list.key === undefined ? 'it returns a list' : `it returns a list in ${list.key}` };
}

/** A list inside of one thing, such as the tags of a post, is not what the tool is for. */
function isMain({ key, items }: ListIn, { name, inputSchema }: ClientTool, root: SchemaObject): boolean {
  if (key === undefined) return true;
  if (!isObject(items['properties']) && !rowKeys.has(key)) return false;
  const isOne = branchesOf(root, root).some(({ properties }) => isObject(properties) && 'id' in properties);
  if (isOne) return false;
  // `users_get` with the id of a user returns that user.
  const ids = argumentsOf(inputSchema).flatMap((each) =>
    each.isRequired ? (readIdName(each, name)?.thing ?? []) : [],
  );
  if (ids.includes(toSingular(key))) return false;
  return rowKeys.has(key) || nounsOf(name).includes(toSingular(wordsOf(key).at(-1) ?? ''));
}

const rowKeys = new Set(
  'items rows data results result records list entries nodes edges hits docs documents values elements content'.split(
    ' ',
  ),
);

/** `files_list` of one folder still is a list; a name in the singular with an id is not: `playlist_get`. */
function isOfOne({ inputSchema: { required } }: ClientTool): boolean {
  return Array.isArray(required) && required.length === 1 && required[0] === 'id';
}

/** A mailing list is one thing. */
function isCompound(name: string): boolean {
  const words = wordsOf(name);
  return words.at(-1) === 'list' && compounds.has(words.at(-2) ?? '');
}

const compounds = new Set(
  'mailing waiting price wish todo check allow deny block black white short shopping guest packing reading watch'.split(
    ' ',
  ),
);

/** Whether an argument, the description or a budget bounds the result. */
function hasBound({ inputSchema, description = '', _meta }: ClientTool): boolean {
  if (_meta !== undefined && 'anthropic/maxResultSizeChars' in _meta) return true;
  if (saysHowMany.test(description)) return true;
  return argumentsOf(inputSchema).some((argument) => bounds(argument, inputSchema));
}

const saysHowMany =
  /\b(at most|up to|no more than|maximum of|max\.?|first|last|latest|newest|top|only the|the) (\d[\d,.]*|one|two|three|five|ten|twenty|fifty|a hundred)\b/i;

function bounds({ name, schema }: Argument, root: SchemaObject): boolean {
  const words = wordsOf(name);
  if (words.some((word) => counting.has(word))) return true;
  // Rows are named one by one.
  if (/^(ids|keys|names|slugs|codes)$/.test(words.at(-1) ?? '')) return true;
  const branches = branchesOf(root, schema);
  // `weeks: 1 to 52` says how much, whatever its name is.
  return branches.some(
    (each) =>
      typesOf(each).some((type) => type === 'integer' || type === 'number') &&
      typeof each['maximum'] === 'number' &&
      each['maximum'] < 100_000,
  );
}

const counting = new Set(
  (
    'limit cursor page pages paging pagination paginate take first last top offset skip per max maximum most count size after ' +
    'before start end since until amount n num rows batch chunk window range between token next begin month week day year date'
  ).split(' '),
);
