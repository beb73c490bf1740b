import { namesOfExtras } from '../catalog/extra.ts';
import { renameProperties } from '../catalog/renamed-schema.ts';
import type { Tool } from '../catalog/tool.ts';
import type { JsonSchema } from '../schema/json-schema.ts';
import type { Special } from '../schema/special.ts';

/**
 * What the procedure of a tool takes and returns, where a caller does not go through MCP: under the app's own names, without
 * the arguments that a tool adds, and with any root. Values that JSON has no type for have the schemas of MCP's wire format.
 */
export interface ToolValues {
  /** `undefined` if it takes no input. */
  input: JsonSchema | undefined;
  isInputOptional: boolean;
  /** Whether `input` is what the app shows to agents in place of the procedure's own schema. */
  isInputOverride: boolean;
  inputSpecials: readonly Special[];
  /** `undefined` if nothing is known. */
  output: JsonSchema | undefined;
  /** Whether it may return `undefined`. */
  mayBeAbsent: boolean;
  outputSpecials: readonly Special[];
}

export function describeValues({ input, output, extras }: Tool): ToolValues {
  const inputSpecials = input.specials().map(({ path, kind }) => ({
    kind,
    path: input.wrap === undefined ? path : path.slice(1),
  }));
  return {
    input: input.takesInput ? toOwnInput(input, namesOfExtras(extras)) : undefined,
    isInputOptional: input.isOptional,
    isInputOverride: input.isOverride,
    inputSpecials,
    output: output.schema,
    mayBeAbsent: output.schema === undefined || output.mayBeAbsent,
    outputSpecials: output.specials(),
  };
}

function toOwnInput({ schema, wrap, renamed }: Tool['input'], added: readonly string[]): JsonSchema {
  if (wrap !== undefined) {
    const { $defs } = schema;
    return { ...schema.properties?.[wrap], ...($defs && { $defs }) };
  }
  const { properties = {}, ...rest } = schema;
  const own = Object.fromEntries(Object.entries(properties).filter(([name]) => !added.includes(name)));
  const plain = { ...rest, properties: own };
  if (renamed === undefined) return plain;
  return renameProperties(plain, new Map(Array.from(renamed, ([name, told]) => [told, name])));
}
