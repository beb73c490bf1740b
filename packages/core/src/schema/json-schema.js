/** Keywords whose value is one schema. */
export const ONE = new Set([
    'items',
    'additionalProperties',
    'propertyNames',
    'not',
    'contains',
    'if',
    'then',
    'else',
    'unevaluatedItems',
    'unevaluatedProperties',
    'contentSchema',
]);
/** Keywords whose value is a list of schemas. */
export const MANY = new Set(['prefixItems', 'anyOf', 'oneOf', 'allOf']);
/** Keywords whose value is an object of schemas. */
export const NAMED = new Set([
    'properties',
    'patternProperties',
    '$defs',
    'definitions',
    'dependentSchemas',
]);
/** Keywords of 2020-12 with plain values. Whatever else a validator writes (an app's own metadata) is not published. */
export const PLAIN = new Set(('$ref type const enum required format pattern title description default examples deprecated readOnly writeOnly ' +
    'minLength maxLength minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minItems maxItems uniqueItems ' +
    'minProperties maxProperties minContains maxContains dependentRequired contentEncoding contentMediaType').split(' '));
export function isSchema(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}
/** Sets a key that may be called `__proto__`. */
export function setOwn(target, key, value) {
    if (key === '__proto__') {
        Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
    }
    else {
        target[key] = value;
    }
}
/** Calls `visit` for every schema directly inside `schema`, in the order they are written. */
export function eachChild(schema, visit) {
    for (const keyword in schema) {
        const value = schema[keyword];
        if (ONE.has(keyword)) {
            if (isSchema(value))
                visit(value, keyword);
        }
        else if (MANY.has(keyword)) {
            for (const child of value)
                if (isSchema(child))
                    visit(child, keyword);
        }
        else if (NAMED.has(keyword)) {
            for (const child of Object.values(value))
                if (isSchema(child))
                    visit(child, keyword);
        }
    }
}
/** A copy in which every schema directly inside went through `map`. The rest is shared. */
export function mapChildren(schema, map) {
    const copy = {};
    const one = (value, keyword) => (isSchema(value) ? map(value, keyword) : value);
    for (const keyword in schema) {
        const value = schema[keyword];
        if (ONE.has(keyword))
            copy[keyword] = one(value, keyword);
        else if (MANY.has(keyword))
            copy[keyword] = value.map((child) => one(child, keyword));
        else if (NAMED.has(keyword)) {
            const named = {};
            for (const [name, child] of Object.entries(value))
                setOwn(named, name, one(child, keyword));
            copy[keyword] = named;
        }
        else
            copy[keyword] = value;
    }
    return copy;
}
/** The schema that a local `$ref` (`#`, `#/$defs/User`, `#/properties/tree`) points at within `root`. */
export function resolveRef(root, ref) {
    if (!ref.startsWith('#'))
        return undefined;
    let node = root;
    for (const part of ref.split('/').slice(1)) {
        const key = safeDecode(part).replaceAll('~1', '/').replaceAll('~0', '~');
        if (typeof node !== 'object' || node === null || !Object.hasOwn(node, key))
            return undefined;
        node = node[key];
    }
    return isSchema(node) ? node : undefined;
}
/** Follows references until a schema that is none; what stands beside a `$ref` wins over what it points at. */
export function deref(root, schema) {
    let found = schema;
    for (let hops = 0; typeof found['$ref'] === 'string' && hops < 32; hops++) {
        const { $ref, ...beside } = found;
        const target = resolveRef(root, $ref);
        if (target === undefined)
            return beside;
        found = Object.keys(beside).length === 0 ? target : { ...target, ...beside };
    }
    return found;
}
/** The reference to a definition of this name. */
export function refTo(name) {
    return `#/$defs/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
function safeDecode(part) {
    try {
        return decodeURIComponent(part);
    }
    catch {
        return part;
    }
}
