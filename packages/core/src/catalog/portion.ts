import type { McpResultSettings, McpSettings } from '../meta.ts';
import { charactersOfToken } from '../tokens.ts';
import type { Callable } from './callable.ts';
import { deref, isSchema, type JsonSchema } from '../schema/json-schema.ts';
import { fieldPathsOf, mayHaveFields } from './field-path.ts';
import { nextKeys, type Paging, toPaging } from './paging.ts';

/** How much of its result a tool gives at once, and in which form. */
export interface Portion {
  /** The most characters of a result. `undefined` for any number. */
  most: number | undefined;
  /** Whether a call may ask for some of the fields. A list if all of them are known. */
  fields: readonly string[] | boolean;
  /** Whether a call may go on where an earlier one was cut. */
  hasHandle: boolean;
  isTsv: boolean;
  paging: Paging;
}

/** Undefined where results go as they are: nothing is set, or `toContent` writes the text. */
export function toPortion(
  { input, output, type, stream }: Callable,
  { toContent }: Pick<McpSettings, 'toContent'>,
  { maxTokens, fields = false, format = 'json' }: McpResultSettings = {},
): Portion | undefined {
  const isTsv = format === 'tsv';
  if (toContent || (maxTokens === undefined && !fields && !isTsv)) return undefined;
  const schema = output.known ?? output.schema;
  const paging = toPaging(input.schema);
  const mayBeCut = maxTokens !== undefined && type === 'query' && !stream && (!schema || mayHoldRows(schema));
  const hasFields = fields && (stream !== undefined || schema === undefined || mayHaveFields(schema));
  return {
    most: maxTokens === undefined ? undefined : maxTokens * charactersOfToken,
    fields: hasFields && ((!stream && schema && fieldPathsOf(schema)) || true),
    // Smaller pages do the same, and need no argument of ours.
    hasHandle: mayBeCut && !hasPages(input.schema, paging, schema),
    isTsv,
    paging,
  };
}

/** Whether a page can be had in smaller ones: with any `limit`, and with a cursor that the result names. */
function hasPages(input: JsonSchema, { cursor, limit }: Paging, output: JsonSchema | undefined): boolean {
  if (cursor === undefined || limit === undefined || output === undefined) return false;
  const { properties = {} } = deref(output, output);
  if (!nextKeys.some((key) => Object.hasOwn(properties, key))) return false;
  // Of several lists, nobody can say which one has the pages.
  if (Object.values(properties).filter((each) => mayHoldRows(output, each)).length > 1) return false;
  const { minimum = 1, enum: some, multipleOf = 1 } = deref(input, input.properties![limit]!);
  return (minimum as number) <= 1 && some === undefined && multipleOf === 1;
}

/** Whether a result by this schema may have a list that is not inside of another one. */
function mayHoldRows(root: JsonSchema, schema: JsonSchema = root, depth = 0): boolean {
  const { type, properties = {}, additionalProperties, anyOf, oneOf, allOf } = deref(root, schema);
  if (type === 'array' || depth > deepest) return true;
  // A record may have many entries.
  if (type === 'object' && additionalProperties !== false) return true;
  const branches = [anyOf, oneOf, allOf].flatMap((list) => (list as JsonSchema[] | undefined) ?? []);
  // A schema that says nothing allows everything.
  if (type === undefined && branches.length === 0) return true;
  const inside = [...branches, ...Object.values(properties), additionalProperties];
  return inside.some((each) => isSchema(each) && mayHoldRows(root, each, depth + 1));
}

const deepest = 6;
