import type { ClientTool } from '../../src/clients/clients.ts';

// Written from the interface `Schema` in src/types.ts of googleapis/js-genai at 00097b3, and from pizza-bot#62, goai#108,
// weave-os/router#65 and gemini-cli#13326, all read on 2026-11-28. It shares nothing with src/clients, so that the two can be
// compared.

type Json = Record<string, unknown>;

const fields = new Set(
  (
    'type format title description nullable enum default example pattern items minItems ' +
    'maxItems minLength maxLength minimum maximum properties required minProperties maxProperties propertyOrdering anyOf'
  ).split(' '),
);

/** The keywords of a schema that a `Schema` of Gemini cannot hold, and the values of others that it cannot. */
export function beyondGemini({ inputSchema }: ClientTool): Set<string> {
  const beyond = new Set<string>();
  convert(inputSchema);
  return beyond;

  function convert(schema: unknown): void {
    if (typeof schema !== 'object' || schema === null) return;
    const node = schema as Json;
    for (const key of Object.keys(node)) if (!fields.has(key)) beyond.add(key);
    if (Array.isArray(node['type'])) beyond.add('types');
    if (typeof node['const'] === 'string') beyond.add('text');
    if (((node['enum'] ?? []) as unknown[]).some((value) => typeof value !== 'string')) beyond.add('enum');
    if (!['enum', 'date-time', undefined].includes(node['format'] as string)) beyond.add('format');
    for (const [key, value] of Object.entries(node)) {
      if (['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'].includes(key))
        for (const child of Object.values(value as object)) convert(child);
      else if (!['enum', 'const', 'default', 'example', 'examples'].includes(key))
        for (const child of [value].flat()) convert(child);
    }
  }
}
