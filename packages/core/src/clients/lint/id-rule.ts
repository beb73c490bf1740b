import type { ClientTool } from '../finding.ts';
import { type Argument, argumentsOf, branchesOf } from './arguments.ts';
import { type IdOf, readIdName, roles } from './id-name.ts';
import { mayGiveId } from './id-source.ts';
import { eachTool, type LintListing, type LintRule } from './rule.ts';
import { readToolName, toAction } from './tool-name.ts';
import { toSingular, wordsOf } from './words.ts';

/** Ids that a model has to send and cannot find out. */
export const idRule: LintRule = {
  code: 'id-unknown',
  severity: 'warning',
  finds:
    'arguments that need an id which no other tool returns. It is quiet where some other tool has no output schema and might',
  fix: 'expose a query that lists these ids, add the id to what a tool returns, or say in the description of the argument where it comes from',
  example: {
    found: 'orders_cancel needs orderId, and no tool returns orders',
    fine: 'orders_list returns { items: [{ id, … }] }',
  },
  find: eachTool((tool, listing) =>
    argumentsOf(tool.inputSchema).flatMap((argument) => {
      const id = argument.isRequired ? readIdName(argument, tool.name) : undefined;
      if (id === undefined || isToldWhere(argument, listing) || isChosen(argument, tool)) return [];
      if (idsOf(id, argument, tool).some((each) => mayGiveId(each, listing))) return [];
      return {
        place: argument.place,
        message: `${argument.name} is needed, and no tool that works without it returns the id of a${/^[aeiou]/.test(id.thing) ? 'n' : ''} ${id.thing}`,
      };
    }),
  ),
};

/** `id` of the query `posts_getDeleteImpact` is that of an impact, or of a post, which its area names. */
function idsOf(id: IdOf, { name, parents }: Argument, tool: ClientTool): IdOf[] {
  const isBare = wordsOf(name).length === 1 && parents.length === 0;
  const isRead = ((tool.annotations ?? {}) as { readOnlyHint?: unknown }).readOnlyHint === true;
  const [area = ''] = /^.+?(?=[_.-])/.exec(tool.name) ?? [];
  const thing = toSingular(wordsOf(area).at(-1) ?? '');
  return isBare && isRead && thing !== '' ? [id, { thing, isRole: roles.has(thing) }] : [id];
}

/** The values are listed, there is a default, or the description says where it comes from. */
function isToldWhere({ schema }: Argument, { tools }: LintListing): boolean {
  if ('default' in schema || branchesOf(schema, schema).some((each) => 'enum' in each || 'const' in each))
    return true;
  const { description } = schema;
  if (typeof description !== 'string') return false;
  if (
    /:\/\/|\b(from|returned|listed|shown|found in|given by|see|such as|e\.g\.|example|own|yours?|choose|any)\b/i.test(
      description,
    )
  )
    return true;
  return tools.some(({ name }) => description.includes(name));
}

/** Whoever creates something may choose its id. */
function isChosen({ name, parents }: Argument, tool: ClientTool): boolean {
  const isOwn = wordsOf(name).length === 1 && parents.length === 0;
  const { action, verb = '' } = readToolName(tool.name);
  return isOwn && (action === 'create' || action === 'save' || toAction(verb) === 'create');
}
