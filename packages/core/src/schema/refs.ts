import {
  decodePointer,
  eachChild,
  mapChildren,
  refTo,
  resolveRef,
  setOwn,
  unescapePointer,
  type JsonSchema,
} from './json-schema.ts';

/** Copies a schema and replaces every `$ref` by what `rename` returns. */
export function mapRefs(schema: JsonSchema, rename: (ref: string) => string): JsonSchema {
  const copy = mapChildren(schema, (child) => mapRefs(child, rename));
  if (typeof copy['$ref'] === 'string') copy['$ref'] = rename(copy['$ref']);
  return copy;
}

const defsPrefix = '#/$defs/';

/**
 * Writes the references to definitions in one form, the one of `refTo`. Converters write the name of a definition as it
 * is, although some characters of it mean something else in a reference: `#/$defs/50%` or `#/$defs/a%20b`.
 */
export function escapeRefs(document: JsonSchema): JsonSchema {
  const defs = document.$defs;
  if (defs === undefined) return document;
  return mapRefs(document, (ref) => {
    if (!ref.startsWith(defsPrefix)) return ref;
    const rest = ref.slice(defsPrefix.length);
    const name = [unescapePointer(rest), rest, decodePointer(rest)].find((each) => Object.hasOwn(defs, each));
    return name === undefined ? ref : refTo(name);
  });
}

function usesRef(schema: JsonSchema, wanted: (ref: string) => boolean): boolean {
  let found = typeof schema['$ref'] === 'string' && wanted(schema['$ref']);
  eachChild(schema, (child) => {
    found ||= usesRef(child, wanted);
  });
  return found;
}

/**
 * Moves a whole document into another one, whose definitions are `defs`. Returns the schema that stands for the moved
 * document. Its own definitions are added to `defs`, under a new name if the name is taken, and its references are
 * updated.
 */
export function adoptDocument(
  document: JsonSchema,
  name: string,
  defs: Record<string, JsonSchema>,
): JsonSchema {
  const { $schema: _, $defs: own = {}, ...body } = document;
  const renamed = new Map<string, string>();
  for (const key of Object.keys(own)) {
    const same = Object.hasOwn(defs, key) && JSON.stringify(defs[key]) === JSON.stringify(own[key]);
    renamed.set(key, same ? key : freeName(key, defs));
  }
  const isRecursive = usesRef(
    document,
    (ref) => ref === '#' || (ref.startsWith('#/') && !ref.startsWith(defsPrefix)),
  );
  const home = isRecursive ? freeName(name, defs) : name;
  const rename = (ref: string): string => {
    if (ref === '#') return refTo(home);
    if (!ref.startsWith(defsPrefix)) return ref.startsWith('#/') ? `${refTo(home)}${ref.slice(1)}` : ref;
    const [key = '', ...rest] = ref.slice(defsPrefix.length).split('/');
    const to = renamed.get(decodePointer(key));
    return to === undefined ? ref : [refTo(to), ...rest].join('/');
  };
  for (const [key, schema] of Object.entries(own)) setOwn(defs, renamed.get(key)!, mapRefs(schema, rename));
  if (!isRecursive && renamed.size === 0) return body;
  const moved = mapRefs(body, rename);
  if (!isRecursive) return moved;
  setOwn(defs, home, moved);
  return { $ref: refTo(home) };
}

/**
 * Makes all references of a document point into `$defs`. The target of any other pointer (`#/properties/tree/items`)
 * becomes a definition, and the `definitions` of older drafts become `$defs`.
 */
export function normalizeRefs(document: JsonSchema): JsonSchema {
  const { definitions, ...rest } = document;
  const source =
    definitions === undefined
      ? document
      : { ...rest, $defs: { ...(definitions as object), ...document.$defs } };
  const modern = escapeRefs(mapRefs(source, (ref) => ref.replace(/^#\/definitions\//, '#/$defs/')));
  const names = new Map<JsonSchema, string>();
  const byPointer = new Map<string, string>();
  const collect = (schema: JsonSchema): void => {
    const ref = schema['$ref'];
    const target =
      typeof ref === 'string' && /^#\/(?!\$defs\/[^/]+$)/.test(ref) ? resolveRef(modern, ref) : undefined;
    if (target !== undefined) {
      if (!names.has(target)) names.set(target, freeName(`shared${names.size + 1}`, modern.$defs ?? {}));
      byPointer.set(ref as string, names.get(target)!);
    }
    eachChild(schema, collect);
  };
  collect(modern);
  if (names.size === 0) return modern;
  const defs: Record<string, JsonSchema> = {};
  const move = (schema: JsonSchema): JsonSchema => {
    const name = names.get(schema);
    const pointer = byPointer.get(schema['$ref'] as string);
    const moved = mapChildren(pointer === undefined ? schema : { ...schema, $ref: refTo(pointer) }, move);
    if (name === undefined) return moved;
    setOwn(defs, name, moved);
    return { $ref: refTo(name) };
  };
  const moved = move(modern);
  return { ...moved, $defs: { ...moved.$defs, ...defs } };
}

/**
 * Replaces references to the named definitions by their targets, where a target is used only once or is as short as the
 * reference. Drops the named definitions that nothing refers to.
 */
export function inlineDefs(document: JsonSchema, names: readonly string[]): JsonSchema {
  const { $defs: defs, ...body } = document;
  if (defs === undefined || names.length === 0) return document;
  const targets = new Map(names.map((name) => [refTo(name), defs[name]!]));
  const others = Object.keys(defs).filter((name) => !targets.has(refTo(name)));
  const uses = countUses(targets, [body, ...others.map((name) => defs[name]!)]);
  const inlined = new Map([...targets].filter(([ref, target]) => uses.get(ref) === 1 || isShort(target)));
  const expand = (schema: JsonSchema): JsonSchema => {
    const ref = schema['$ref'];
    const target = typeof ref === 'string' ? inlined.get(ref) : undefined;
    if (target === undefined) return mapChildren(schema, expand);
    const { $ref: _, ...beside } = schema;
    return { ...expand(target), ...mapChildren(beside, expand) };
  };
  const kept: Record<string, JsonSchema> = {};
  for (const name of Object.keys(defs)) {
    const ref = refTo(name);
    if (!targets.has(ref) || (uses.has(ref) && !inlined.has(ref))) setOwn(kept, name, expand(defs[name]!));
  }
  return { ...expand(body), ...(Object.keys(kept).length > 0 && { $defs: kept }) };
}

/** Counts how often each target is referred to, from these schemas and from what they refer to. */
function countUses(
  targets: ReadonlyMap<string, JsonSchema>,
  starts: readonly JsonSchema[],
): ReadonlyMap<string, number> {
  const uses = new Map<string, number>();
  const count = (schema: JsonSchema): void => {
    const ref = schema['$ref'];
    if (typeof ref === 'string' && targets.has(ref)) {
      const before = uses.get(ref) ?? 0;
      uses.set(ref, before + 1);
      if (before === 0) count(targets.get(ref)!);
    }
    eachChild(schema, count);
  };
  for (const start of starts) count(start);
  return uses;
}

/** Whether a schema is one that is not worth a definition, such as `{ type: 'string', minLength: 1 }`. */
function isShort(schema: JsonSchema): boolean {
  if ('$ref' in schema) return false;
  let hasChildren = false;
  eachChild(schema, () => {
    hasChildren = true;
  });
  return !hasChildren && JSON.stringify(schema).length <= maxShortLength;
}

const maxShortLength = 60;

/** Whether a definition of a document, or the document itself, refers to itself. */
export function findRecursion(document: JsonSchema): boolean {
  const finished = new Set<string>();
  const open = new Set<string>();
  const isRecursive = (schema: JsonSchema): boolean => usesRef(schema, leadsBack);
  const leadsBack = (ref: string): boolean => {
    if (open.has(ref)) return true;
    if (finished.has(ref)) return false;
    open.add(ref);
    const found = isRecursive(resolveRef(document, ref) ?? {});
    open.delete(ref);
    finished.add(ref);
    return found;
  };
  return leadsBack('#');
}

/** A name that these definitions have not: the name itself, or the name with a number. */
export function freeName(name: string, defs: Record<string, JsonSchema>): string {
  let free = name;
  for (let n = 2; Object.hasOwn(defs, free); n++) free = `${name}_${n}`;
  return free;
}
