import { Ajv } from 'ajv';
import type { ClientTool } from '../../src/clients/clients.ts';

// Written from src/extension/tools/common/toolSchemaNormalizer.ts of microsoft/vscode-copilot-chat at 31acd00, read on
// 2026-11-28. It shares nothing with src/clients, so that the two can be compared.

type Json = Record<string, unknown>;

const ajv = new Ajv({ coerceTypes: true, strictTypes: true, allowUnionTypes: true });
ajv.addFormat('uri', (value) => URL.canParse(value));
ajv.addFormat('regex', () => true);
ajv.addFormat('uri-reference', () => true);
// As a schema like any other: Ajv converts no types for its own metaschema.
const fitsDraft07 = ajv.compile({
  ...(ajv.getSchema('http://json-schema.org/draft-07/schema')!.schema as object),
  $id: 'https://example.com/draft-07',
});

/** Whether VS Code throws when it prepares this tool for a model, so that no tool reaches the model. */
export function isThrownByVsCode({ inputSchema }: ClientTool): boolean {
  // It converts values in place.
  const schema = structuredClone(inputSchema) as Json;
  if (schema['type'] !== 'object') return false;
  if (!fitsDraft07(schema)) return true;
  return hasBareArray(schema);
}

function hasBareArray(schema: unknown): boolean {
  if (!schema || typeof schema !== 'object') return false;
  const node = schema as Json;
  if (node['type'] === 'array' && !node['items']) return true;
  const valuesOf = (key: string) => Object.values((node[key] as object | undefined) ?? {});
  const listOf = (key: string) => (Array.isArray(node[key]) ? (node[key] as unknown[]) : [node[key]]);
  const maps = ['properties', 'dependencies', 'patternProperties'].flatMap(valuesOf);
  const others = [
    'items',
    'additionalProperties',
    'anyOf',
    'allOf',
    'oneOf',
    'not',
    'if',
    'then',
    'else',
    'contains',
  ];
  return [...maps, ...others.flatMap(listOf)].some(hasBareArray);
}

/** Which keywords it removes from the root. */
export function cutByVsCode({ inputSchema }: ClientTool): string[] {
  return ['oneOf', 'anyOf', 'allOf', 'not', 'if', 'then', 'else'].filter((key) => key in inputSchema);
}
