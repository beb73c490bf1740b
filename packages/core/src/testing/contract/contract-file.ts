import type { Catalog } from '../../catalog/catalog.ts';
import type { Prompt } from '../../catalog/prompt.ts';
import type { Resource } from '../../catalog/resource.ts';
import type { Tool } from '../../catalog/tool.ts';
import type { McpAnnotations } from '../../meta.ts';
import type { JsonSchema } from '../../schema/json-schema.ts';

/** What clients rely on. Descriptions of tools and prompts are left out, because only models read them. */
export interface Contract {
  /** By name. */
  tools: Record<string, ToolContract>;
  /** By URI or URI template. */
  resources: Record<string, ResourceContract>;
  /** By name. */
  prompts: Record<string, PromptContract>;
}

/** What clients rely on of one tool. */
export interface ToolContract {
  /** The procedure's dotted path. Empty for the tools that the option `asTools` adds. */
  path: string;
  annotations: McpAnnotations;
  scopes: readonly string[];
  inputSchema: JsonSchema;
  outputSchema?: JsonSchema;
}

/** What clients rely on of one resource or resource template. */
export interface ResourceContract {
  path: string;
  mimeType?: string;
  scopes: readonly string[];
}

/** What clients rely on of one prompt. */
export interface PromptContract {
  path: string;
  arguments: Record<string, 'required' | 'optional'>;
  scopes: readonly string[];
}

export function toContract({ tools, resources, templates, prompts, standIns }: Catalog): Contract {
  const readable = [...resources.values(), ...templates];
  return {
    tools: {
      ...toRecord(tools.values(), ({ name }) => name, toToolContract),
      // They are no procedures, and have no path.
      ...toRecord(
        standIns.values(),
        ({ name }) => name,
        ({ listed }) => toToolContract({ path: '', scopes: [], listed }),
      ),
    },
    resources: toRecord(readable, ({ uri }) => uri.text, toResourceContract),
    prompts: toRecord(prompts.values(), ({ name }) => name, toPromptContract),
  };
}

function toRecord<TItem, TContract>(
  items: Iterable<TItem>,
  keyOf: (item: TItem) => string,
  make: (item: TItem) => TContract,
): Record<string, TContract> {
  return Object.fromEntries(Array.from(items, (item) => [keyOf(item), make(item)]));
}

function toToolContract({ path, scopes, listed }: Pick<Tool, 'path' | 'scopes' | 'listed'>): ToolContract {
  const { annotations, inputSchema, outputSchema } = listed.modern;
  return { path, annotations, scopes, inputSchema, ...(outputSchema && { outputSchema }) };
}

function toResourceContract({ path, mimeType, scopes }: Resource): ResourceContract {
  return { path, ...(mimeType !== undefined && { mimeType }), scopes };
}

function toPromptContract({ path, scopes, listed }: Prompt): PromptContract {
  const args = (listed.modern.arguments ?? []).map(
    ({ name, required }) => [name, required ? 'required' : 'optional'] as const,
  );
  return { path, arguments: Object.fromEntries(args), scopes };
}

/**
 * Writes a contract as text that is the same on every machine, with one line for each fact, so that changes are easy
 * to merge and to review.
 */
export function writeContract(contract: Contract): string {
  return `${JSON.stringify(contract, sortKeys, 2)}\n`;
}

/** Sorts the keys of objects, for `JSON.stringify`. */
export function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
