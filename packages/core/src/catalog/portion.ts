import type { McpResultSettings, McpSettings } from '../meta.ts';
import type { Callable } from './callable.ts';
import { fieldPathsOf, mayHaveFields } from './field-path.ts';
import { type Paging, toPaging } from './paging.ts';

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

/** How many characters count as one token. */
export const charactersOfToken = 4;

/** Undefined where results go as they are: nothing is set, or `toContent` writes the text. */
export function toPortion(
  { input, output, type, stream }: Callable,
  { toContent }: Pick<McpSettings, 'toContent'>,
  { maxTokens, fields = false, format = 'json' }: McpResultSettings = {},
): Portion | undefined {
  const isTsv = format === 'tsv';
  if (toContent || (maxTokens === undefined && !fields && !isTsv)) return undefined;
  const { schema } = output;
  const hasFields = fields && (stream !== undefined || schema === undefined || mayHaveFields(schema));
  return {
    most: maxTokens === undefined ? undefined : maxTokens * charactersOfToken,
    fields: hasFields && ((!stream && schema && fieldPathsOf(schema)) || true),
    hasHandle: maxTokens !== undefined && type === 'query' && !stream,
    isTsv,
    paging: toPaging(input.schema),
  };
}
