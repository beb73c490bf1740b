import type { ClientTool } from '../../src/clients/clients.ts';

const text = { type: 'string' };
const withA = (a: unknown, more: object = {}) => ({ type: 'object', properties: { a }, ...more });

/** Schemas that clients refuse, in several forms of each kind. */
const schemas: Record<string, object> = {
  bare_array: withA({ type: 'array' }),
  bare_array_deep: withA({ anyOf: [withA({ type: 'array' }), text] }),
  bare_tuple: withA({ type: 'array', prefixItems: [text] }),
  closed_tuple: withA({ type: 'array', prefixItems: [text], items: false }),
  maybe_array: withA({ type: ['array', 'null'] }),
  array_in_defs: withA({ $ref: '#/$defs/b' }, { $defs: { b: { type: 'array' } } }),
  item_list: withA({ type: 'array', items: [text, text] }),
  any_items: withA({ type: 'array', items: true }),
  any_property: withA(true),
  no_property: withA(false),
  any_branch: withA({ anyOf: [text, true] }),
  bare_object: withA({ type: 'object' }),
  record: withA({ type: 'object', additionalProperties: text }),
  bare_root: { type: 'object' },
  look_ahead: withA({ ...text, pattern: '^(?=a)b$' }),
  look_ahead_not: withA({ ...text, pattern: '^(?!a)b$' }),
  look_behind: withA({ ...text, pattern: '^a(?<=a)b$' }),
  look_behind_not: withA({ ...text, pattern: '^a(?<!b)c$' }),
  back_reference: withA({ ...text, pattern: String.raw`^(a)\1$` }),
  named_reference: withA({ ...text, pattern: String.raw`^(?<b>a)\k<b>$` }),
  no_look_around: withA({ ...text, pattern: String.raw`^[(?=]\(\?=(?<b>a)\\1$` }),
  type_list: withA({ type: ['string', 'null'] }),
  exclusive: withA({ type: 'number', exclusiveMinimum: 3, exclusiveMaximum: 5 }),
  const_text: withA({ const: 'b' }),
  const_number: withA({ const: 3 }),
  number_enum: withA({ enum: [1, 2] }),
  property_names: withA({ type: 'object', properties: {}, propertyNames: { pattern: '^b' } }),
  far_ref: withA({ $ref: 'https://example.com/b.json' }),
  anchor_ref: withA({ $ref: '#b' }, { $defs: { b: { $anchor: 'b', ...text } } }),
  lost_ref: withA({ $ref: '#/$defs/b' }),
  root_ref: withA({ anyOf: [{ $ref: '#' }, { type: 'null' }] }),
  root_any: { type: 'object', properties: {}, anyOf: [{ required: ['a'] }] },
  root_all: { type: 'object', properties: {}, allOf: [{ required: ['a'] }] },
  root_one: { type: 'object', properties: {}, oneOf: [{ required: ['a'] }] },
  // oxlint-disable-next-line unicorn/no-thenable -- JSON Schema's own word
  root_if: { type: 'object', properties: {}, if: { required: ['a'] }, then: { required: ['b'] } },
  root_text: { type: 'string' },
  argument_name: { type: 'object', properties: { 'tags[]': text, $top: text, größe: text } },
  old_bound: withA({ type: 'number', exclusiveMinimum: true }),
  old_required: withA({ ...text, required: true }),
  wrong_type: withA({ type: 'text' }),
  empty_any: withA({ anyOf: [] }),
  wrong_dialect: { $schema: 'draft-07', type: 'object', properties: {} },
  wrong_length: withA({ ...text, minLength: -1 }),
  wrong_words: withA({ ...text, description: ['b'] }),
};

export const broken: ClientTool[] = Object.entries(schemas).map(([name, inputSchema]) => ({
  name,
  inputSchema: inputSchema as ClientTool['inputSchema'],
}));
