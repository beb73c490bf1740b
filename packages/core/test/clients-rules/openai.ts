import type { ClientTool } from '../../src/clients/clients.ts';

// Written from the guide to structured outputs and function calling of OpenAI, src/lib/transform-json-schema.ts of
// openai/openai-node at 3de111b, and vercel/ai#21037, all read on 2026-11-28. It shares nothing with src/clients, so that the
// two can be compared.

type Json = Record<string, unknown>;

const formats = ['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'ipv4', 'ipv6', 'uuid'];

/** Why OpenAI refuses a request with this tool (`refused`), or would in strict mode (`strict`). */
export function judgeByOpenAi({ inputSchema }: ClientTool): { refused: string[]; strict: string[] } {
  const refused = new Set<string>();
  const strict = new Set<string>();
  visit(inputSchema);
  return { refused: [...refused], strict: [...strict] };

  function visit(schema: unknown): void {
    if (typeof schema === 'boolean') refused.add('boolean');
    if (typeof schema !== 'object' || schema === null) return;
    const node = schema as Json;
    const types = [node['type']].flat();
    const properties = node['properties'] as Json | undefined;
    if (types.includes('object')) {
      if (properties === undefined) refused.add('properties');
      if (node['additionalProperties'] !== false) strict.add('open');
    }
    if (types.includes('array') && (typeof node['items'] !== 'object' || Array.isArray(node['items'])))
      refused.add('items');
    const required = (node['required'] ?? []) as string[];
    if (Object.keys(properties ?? {}).some((key) => !required.includes(key))) strict.add('optional');
    if ('oneOf' in node) strict.add('oneOf');
    if (typeof node['format'] === 'string' && !formats.includes(node['format'])) strict.add('format');
    if (typeof node['pattern'] === 'string' && isBeyondAutomata(node['pattern'])) refused.add('pattern');
    for (const key of ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'])
      for (const child of Object.values((node[key] as object | undefined) ?? {})) visit(child);
    for (const key of ['anyOf', 'oneOf', 'allOf', 'prefixItems'])
      for (const child of (node[key] as unknown[] | undefined) ?? []) visit(child);
    for (const key of ['items', 'not', 'if', 'then', 'else', 'contains', 'propertyNames'])
      for (const child of [node[key]].flat()) visit(child);
    if (typeof node['additionalProperties'] === 'object') visit(node['additionalProperties']);
  }
}

/** An engine without backtracking has neither assertions about what follows or precedes, nor references to groups. */
function isBeyondAutomata(pattern: string): boolean {
  const bare = pattern.replaceAll(/\\[^1-9k]/g, '').replaceAll(/\[(?:\\.|[^\]\\])*\]/g, '');
  return /\(\?(?:=|!|<=|<!)|\\[1-9k]/.test(bare);
}
