import type { JsonObjectSchema } from '../schema/json-schema.ts';
import type { Era } from './era.ts';
import type { SecurityScheme } from './hints.ts';
import type { ListedTool } from './tool.ts';

/** A tool that this package adds to those of the app. It is no procedure. */
export interface AddedTool<TName extends string = string> {
  name: TName;
  visible: undefined;
  listed: Record<Era, ListedTool>;
}

/** Makes a tool of its entry in `tools/list`, which is the same for both eras. */
export function toAdded<TName extends string>(listed: ListedTool & { name: TName }): AddedTool<TName> {
  return { name: listed.name, visible: undefined, listed: { modern: listed, legacy: listed } };
}

/** Says of a tool how its callers authenticate, where they do so with OAuth. */
export function withSchemes<TName extends string>(
  tool: AddedTool<TName>,
  schemes: readonly SecurityScheme[],
): AddedTool<TName> {
  if (schemes.length === 0) return tool;
  const { modern } = tool.listed;
  const _meta = { ...modern._meta, securitySchemes: schemes };
  return toAdded({ ...modern, name: tool.name, securitySchemes: schemes, _meta });
}

/** Makes the schema of arguments. Others are refused. */
export function toInput(
  properties: NonNullable<JsonObjectSchema['properties']>,
  required: string[] = [],
): JsonObjectSchema {
  return {
    type: 'object',
    properties,
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  };
}
