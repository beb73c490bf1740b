import type { Catalog } from '../catalog/catalog.ts';
import type { Tool } from '../catalog/tool.ts';
import type { McpAnnotations } from '../meta.ts';
import type { JsonSchema } from '../schema/json-schema.ts';

/** What clients rely on, by name. Descriptions of tools are for models, and not among it. */
export interface Contract {
  tools: Record<string, ToolContract>;
}

export interface ToolContract {
  /** The procedure's dotted path. */
  path: string;
  annotations: McpAnnotations;
  scopes: readonly string[];
  inputSchema: JsonSchema;
  outputSchema?: JsonSchema;
}

export function toContract({ tools }: Catalog): Contract {
  return { tools: Object.fromEntries(Array.from(tools, ([name, tool]) => [name, toToolContract(tool)])) };
}

function toToolContract({ path, scopes, listed }: Tool): ToolContract {
  const { annotations, inputSchema, outputSchema } = listed.modern;
  return { path, annotations, scopes, inputSchema, ...(outputSchema && { outputSchema }) };
}

/** The same text on every machine, a line for each thing, so that changes merge and show. */
export function writeContract(contract: Contract): string {
  return `${JSON.stringify(contract, sortKeys, 2)}\n`;
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
