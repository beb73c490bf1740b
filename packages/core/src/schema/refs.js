import { deref, eachChild, mapChildren, refTo, resolveRef, setOwn } from './json-schema.js';
/** A copy in which every `$ref` went through `rename`. */
export function mapRefs(schema, rename) {
    const copy = mapChildren(schema, (child) => mapRefs(child, rename));
    if (typeof copy['$ref'] === 'string')
        copy['$ref'] = rename(copy['$ref']);
    return copy;
}
export function usesRef(schema, wanted) {
    let found = typeof schema['$ref'] === 'string' && wanted(schema['$ref']);
    eachChild(schema, (child) => {
        found ||= usesRef(child, wanted);
    });
    return found;
}
/**
 * Takes a whole document into `defs` and gives the schema that stands for it elsewhere. Its own definitions move along,
 * renamed where the name is taken by another; its references are told the new places.
 */
export function adoptDocument(document, name, defs) {
    const { $schema: _, $defs: own = {}, ...body } = document;
    const renamed = new Map();
    for (const key of Object.keys(own)) {
        const same = Object.hasOwn(defs, key) && JSON.stringify(defs[key]) === JSON.stringify(own[key]);
        renamed.set(key, same ? key : freeName(key, defs));
    }
    const isRecursive = usesRef(document, (ref) => ref === '#' || (ref.startsWith('#/') && !ref.startsWith('#/$defs/')));
    const home = isRecursive ? freeName(name, defs) : name;
    const rename = (ref) => {
        if (ref === '#')
            return refTo(home);
        if (!ref.startsWith('#/$defs/'))
            return ref.startsWith('#/') ? `${refTo(home)}${ref.slice(1)}` : ref;
        const [key = '', ...rest] = ref.slice('#/$defs/'.length).split('/');
        const to = renamed.get(unescape(key));
        return to === undefined ? ref : [refTo(to), ...rest].join('/');
    };
    for (const [key, schema] of Object.entries(own))
        setOwn(defs, renamed.get(key), mapRefs(schema, rename));
    const moved = mapRefs(body, rename);
    if (!isRecursive)
        return moved;
    setOwn(defs, home, moved);
    return { $ref: refTo(home) };
}
/**
 * The same document with `$defs` only: what other pointers (`#/properties/tree/items`) point at becomes a definition,
 * and `definitions` of older drafts are `$defs`.
 */
export function normalizeRefs(document) {
    const { definitions, ...rest } = document;
    const source = definitions === undefined
        ? document
        : { ...rest, $defs: { ...definitions, ...document.$defs } };
    const modern = mapRefs(source, (ref) => ref.replace(/^#\/definitions\//, '#/$defs/'));
    const names = new Map();
    const byPointer = new Map();
    const collect = (schema) => {
        const ref = schema['$ref'];
        const target = typeof ref === 'string' && /^#\/(?!\$defs\/[^/]+$)/.test(ref) ? resolveRef(modern, ref) : undefined;
        if (target !== undefined) {
            if (!names.has(target))
                names.set(target, freeName(`shared${names.size + 1}`, modern.$defs ?? {}));
            byPointer.set(ref, names.get(target));
        }
        eachChild(schema, collect);
    };
    collect(modern);
    if (names.size === 0)
        return modern;
    const defs = {};
    const move = (schema) => {
        const name = names.get(schema);
        const pointer = byPointer.get(schema['$ref']);
        const moved = mapChildren(pointer === undefined ? schema : { ...schema, $ref: refTo(pointer) }, move);
        if (name === undefined)
            return moved;
        setOwn(defs, name, moved);
        return { $ref: refTo(name) };
    };
    const moved = move(modern);
    return { ...moved, $defs: { ...moved.$defs, ...defs } };
}
/** Replaces references by what they point at, where that is neither recursive nor used elsewhere. */
export function inlineDefs(document, names) {
    const defs = document.$defs;
    if (defs === undefined || names.length === 0)
        return document;
    const uses = new Map();
    const count = (schema) => {
        const ref = schema['$ref'];
        if (typeof ref === 'string')
            uses.set(ref, (uses.get(ref) ?? 0) + 1);
        eachChild(schema, count);
    };
    count(document);
    const inlined = new Set(names.map(refTo).filter((ref) => uses.get(ref) === 1 && !reaches(document, ref, ref, new Set())));
    const expand = (schema) => {
        const ref = schema['$ref'];
        if (typeof ref !== 'string' || !inlined.has(ref))
            return mapChildren(schema, expand);
        const { $ref: _, ...beside } = schema;
        return mapChildren({ ...deref(document, { $ref: ref }), ...beside }, expand);
    };
    const kept = Object.entries(defs).filter(([name]) => !inlined.has(refTo(name)));
    const { $defs: _, ...body } = document;
    const expanded = expand(body);
    if (kept.length > 0) {
        expanded.$defs = {};
        for (const [name, schema] of kept)
            setOwn(expanded.$defs, name, expand(schema));
    }
    return expanded;
}
function reaches(document, from, to, seen) {
    if (seen.has(from))
        return false;
    seen.add(from);
    return usesRef(deref(document, { $ref: from }), (ref) => ref === to || reaches(document, ref, to, seen));
}
function freeName(name, defs) {
    let free = name;
    for (let n = 2; Object.hasOwn(defs, free); n++)
        free = `${name}_${n}`;
    return free;
}
function unescape(key) {
    return decodeURIComponent(key).replaceAll('~1', '/').replaceAll('~0', '~');
}
