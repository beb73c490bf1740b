import {
  decodePointer,
  deref,
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

/** Replaces references to the named definitions by their targets, if those are not recursive and are used only once. */
export function inlineDefs(document: JsonSchema, names: readonly string[]): JsonSchema {
  const defs = document.$defs;
  if (defs === undefined || names.length === 0) return document;
  const uses = new Map<string, number>();
  const count = (schema: JsonSchema): void => {
    const ref = schema['$ref'];
    if (typeof ref === 'string') uses.set(ref, (uses.get(ref) ?? 0) + 1);
    eachChild(schema, count);
  };
  count(document);
  const inlined = new Set(
    names.map(refTo).filter((ref) => uses.get(ref) === 1 && !reaches(document, ref, ref, new Set())),
  );
  const expand = (schema: JsonSchema): JsonSchema => {
    const ref = schema['$ref'];
    if (typeof ref !== 'string' || !inlined.has(ref)) return mapChildren(schema, expand);
    const { $ref: _, ...beside } = schema;
    return mapChildren({ ...deref(document, { $ref: ref }), ...beside }, expand);
  };
  const kept = Object.entries(defs).filter(([name]) => !inlined.has(refTo(name)));
  const { $defs: _, ...body } = document;
  const expanded = expand(body);
  if (kept.length > 0) {
    expanded.$defs = {};
    for (const [name, schema] of kept) setOwn(expanded.$defs, name, expand(schema));
  }
  return expanded;
}

/** Whether a definition of a document, or the document itself, refers to itself. */
export function findRecursion(document: JsonSchema): boolean {
  const refs = new Set<string>();
  usesRef(document, (ref) => {
    refs.add(ref);
    return false;
  });
  return [...refs].some((ref) => reaches(document, ref, ref, new Set()));
}

function reaches(document: JsonSchema, from: string, to: string, seen: Set<string>): boolean {
  if (seen.has(from)) return false;
  seen.add(from);
  return usesRef(deref(document, { $ref: from }), (ref) => ref === to || reaches(document, ref, to, seen));
}

function freeName(name: string, defs: Record<string, JsonSchema>): string {
  let free = name;
  for (let n = 2; Object.hasOwn(defs, free); n++) free = `${name}_${n}`;
  return free;
}
