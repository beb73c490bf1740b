import { describe } from '../vendor/annotate.ts';
import {
  isSchema,
  plainKeywords,
  refTo,
  schemaKeywords,
  schemaListKeywords,
  schemaMapKeywords,
  setOwn,
  type JsonSchema,
} from '../json-schema.ts';
import { wordPattern } from '../pattern.ts';
import { freeName } from '../refs.ts';
import { simplifyBounds } from './bounds.ts';
import { compileImpossible } from './impossible.ts';
import { inlineRefs, nameTargets } from './inline.ts';
import { toPlainKeyword } from './plain-keyword.ts';
import { toPlainPattern } from './plain-pattern.ts';
import { nameKeys } from './record.ts';
import { publishText, takePatterns } from './text.ts';
import { toStrictTuple } from './tuple.ts';
import { addType, splitTypes } from './type.ts';

/**
 * Makes the schema that clients see: without marks, without what no JSON value fits, and in a form that every popular client
 * takes. The schema of an output (`result`) is what clients check results with, so it says nothing that they read in
 * another way than the validator.
 */
export function publish(root: JsonSchema, of: 'input' | 'result'): JsonSchema {
  const isImpossible = compileImpossible(root);
  const shared: Record<string, JsonSchema> = {};
  const published = publishNode(root, false);
  if (Object.keys(shared).length > 0) published.$defs = { ...published.$defs, ...shared };
  return nameTargets(inlineRefs(published));

  function share(schema: JsonSchema): JsonSchema {
    const text = JSON.stringify(schema);
    if (text.length <= maxRepeated) return schema;
    const known = Object.keys(shared).find((name) => JSON.stringify(shared[name]) === text);
    const name = known ?? freeName('part', { ...root.$defs, ...shared });
    shared[name] = schema;
    return { $ref: refTo(name) };
  }

  /** `isDescribed` says that this is a branch of a schema with a description. */
  function publishNode(schema: JsonSchema, isDescribed: boolean): JsonSchema {
    if (isImpossible(schema)) return { ...pickAnnotations(schema), not: {} };
    const out: JsonSchema = {};
    const { rest, patterns } = takePatterns(schema);
    const isBranch = isDescribed || typeof schema.description === 'string';
    for (const keyword in rest) {
      const value = rest[keyword];
      if (keyword === 'format') continue;
      if (plainKeywords.has(keyword)) publishPlain(out, keyword, value);
      else if (schemaKeywords.has(keyword)) publishChild(out, keyword, value);
      else if (schemaListKeywords.has(keyword)) publishList(out, keyword, value as JsonSchema[], isBranch);
      else if (schemaMapKeywords.has(keyword)) publishMap(out, keyword, value as Record<string, JsonSchema>);
    }
    publishText(out, schema, patterns, of, isDescribed);
    // A list ends before an item that cannot be sent.
    const [all, kept] = [schema['prefixItems'], out['prefixItems']] as [unknown[]?, unknown[]?];
    if (kept !== undefined && kept.length < all!.length) out['items'] = false;
    return complete(
      unwrapSingle(splitTypes(joinTexts(toStrictTuple(nameKeys(root, out), share)))),
      schema.type,
    );
  }

  function publishChild(out: JsonSchema, keyword: string, value: unknown): void {
    if (keyword === 'propertyNames') out[keyword] = value;
    else if (value === true || value === undefined) out[keyword] = {};
    else if (isSchema(value) && !(closing.has(keyword) && isImpossible(value))) {
      out[keyword] = publishNode(value, false);
    } else if (closing.has(keyword)) out[keyword] = false;
    else out[keyword] = { not: {} };
  }

  function publishList(
    out: JsonSchema,
    keyword: string,
    value: readonly (JsonSchema | boolean)[],
    isDescribed: boolean,
  ): void {
    const isNothing = (branch: JsonSchema | boolean): boolean => branch === false || isImpossible(branch);
    const end = value.findIndex(isNothing);
    const kept =
      keyword === 'prefixItems' && end !== -1
        ? value.slice(0, end)
        : value.filter((branch) => !isNothing(branch));
    if (kept.length > 0 || keyword === 'prefixItems') {
      const isUnion = keyword !== 'prefixItems' && isDescribed;
      out[keyword] = kept.map((branch) => (isSchema(branch) ? publishNode(branch, isUnion) : {}));
    }
  }

  function publishMap(out: JsonSchema, keyword: string, value: Record<string, JsonSchema>): void {
    const named = {};
    for (const [name, child] of Object.entries(value)) {
      if (isImpossible(child)) continue;
      const key = keyword === 'patternProperties' ? toPlainPattern(name) : name;
      const made = isSchema(child) ? publishNode(child, false) : {};
      if (key !== undefined) setOwn(named, key, made);
      else {
        // Keys that only the pattern knew may be sent all the same.
        if (out['additionalProperties'] === false) delete out['additionalProperties'];
        describe(out, `a key ${wordPattern(name)}`);
      }
    }
    if (Object.keys(named).length > 0 || keyword === 'properties') out[keyword] = named;
  }
}

/** Keywords after which `false` means that there is nothing more. */
const closing = new Set(['items', 'additionalProperties']);

function publishPlain(out: JsonSchema, keyword: string, value: unknown): void {
  const plain = toPlainKeyword(keyword, value);
  if (plain !== undefined) out[keyword] = plain;
  else if (keyword === 'multipleOf') describe(out, `a multiple of ${String(value)}`);
}

/** The length of JSON up to which a schema is written several times. */
const maxRepeated = 60;

/** Adds what clients want beside a type, to a schema or to the branches that its types were split into. */
function complete(schema: JsonSchema, types: unknown): JsonSchema {
  const isSplit = Array.isArray(types) && Array.isArray(schema['anyOf']);
  const whole = isSplit
    ? { ...schema, anyOf: (schema['anyOf'] as JsonSchema[]).map((branch) => complete(branch, undefined)) }
    : schema;
  const out = addType(simplifyBounds(whole));
  if (typeof out['const'] === 'string') {
    const { const: only, ...beside } = out;
    return { ...beside, type: 'string', enum: [only] };
  }
  // `false` is left where a list takes no items.
  if (out.type === 'array' && !isSchema(out['items'])) out['items'] = {};
  if (out.type === 'object' && out.properties === undefined) out.properties = {};
  return out;
}

/** Writes what several schemas say of a text or a number into one, if no keyword is in two of them. */
function joinTexts(schema: JsonSchema): JsonSchema {
  if (!Array.isArray(schema['allOf'])) return schema;
  const { allOf, ...beside } = schema;
  const joined: JsonSchema = { ...beside };
  for (const part of allOf as JsonSchema[]) {
    if (!['string', 'number', 'integer', undefined].includes(part.type as string | undefined)) return schema;
    if (part.type === undefined && schema.type === undefined) return schema;
    if (part['$ref'] !== undefined) return schema;
    for (const keyword in part) {
      if (keyword in joined && joined[keyword] !== part[keyword]) return schema;
      joined[keyword] = part[keyword];
    }
  }
  return joined;
}

function pickAnnotations({ title, description }: JsonSchema): JsonSchema {
  return { ...(title !== undefined && { title }), ...(description !== undefined && { description }) };
}

// Replaces a union that has only one branch left by this branch.
function unwrapSingle(schema: JsonSchema): JsonSchema {
  for (const keyword of ['anyOf', 'oneOf'] as const) {
    const branches = schema[keyword] as JsonSchema[] | undefined;
    if (branches?.length !== 1 || !isSchema(branches[0])) continue;
    const { [keyword]: _, ...beside } = schema;
    if (
      Object.keys(beside).every((key) => !(key in branches[0]!) || key === 'description' || key === 'title')
    ) {
      return { ...branches[0], ...beside };
    }
  }
  return schema;
}
