import type { ClientTool } from '../../src/clients/clients.ts';

// Written from codex-rs/tools/src/json_schema.rs of openai/codex at 1048c68, read on 2026-11-28. It shares nothing with
// src/clients, so that the two can be compared.

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether Codex cannot read this schema, or takes a part of it for a text because a reference leads nowhere. */
export function isLostByCodex({ inputSchema }: ClientTool): boolean {
  let isLost = false;
  sanitize(inputSchema, []);
  return isLost;

  function sanitize(value: unknown, open: readonly string[]): void {
    if (Array.isArray(value)) for (const each of value) sanitize(each, open);
    if (!isObject(value)) return;
    const ref = value['$ref'];
    if (typeof ref === 'string') {
      const pointer = ref.startsWith('#') ? ref.slice(1) : undefined;
      const target = pointer === undefined ? undefined : at(pointer);
      if (!isObject(target)) isLost = true;
      else if (!open.includes(ref)) sanitize({ ...target, ...without(value, '$ref') }, [...open, ref]);
      return;
    }
    for (const combiner of ['oneOf', 'anyOf', 'allOf']) {
      const variants = value[combiner];
      if (!Array.isArray(variants) || variants.length !== 1) continue;
      sanitize({ ...without(value, combiner), ...(variants[0] as object) }, open);
      return;
    }
    for (const child of Object.values((value['properties'] as object | undefined) ?? {}))
      sanitize(child, open);
    for (const key of ['items', 'additionalProperties', 'prefixItems', 'anyOf']) sanitize(value[key], open);
    read(value);
  }

  /** What its types for a schema can hold. */
  function read(value: Json): void {
    const { description, enum: values, items, properties, required, anyOf } = value;
    const isText = (each: unknown) => typeof each === 'string';
    if (description !== undefined && !isText(description)) isLost = true;
    if (values !== undefined && !Array.isArray(values)) isLost = true;
    if (items !== undefined && !isObject(items) && typeof items !== 'boolean') isLost = true;
    if (properties !== undefined && !isObject(properties)) isLost = true;
    if (required !== undefined && !(Array.isArray(required) && required.every(isText))) isLost = true;
    if (anyOf !== undefined && !Array.isArray(anyOf)) isLost = true;
  }

  function at(pointer: string): unknown {
    if (pointer === '') return inputSchema;
    if (!pointer.startsWith('/')) return undefined;
    let node: unknown = inputSchema;
    for (const part of pointer.split('/').slice(1))
      node = (node as Json | undefined)?.[part.replaceAll('~1', '/').replaceAll('~0', '~')];
    return node;
  }
}

function without(value: Json, key: string): Json {
  const { [key]: _, ...rest } = value;
  return rest;
}
