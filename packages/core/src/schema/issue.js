import { WireError } from './wire-error.js';
/** The issues of a validation error, or of the cause of one; undefined when it is no validation error. */
export function readIssues(error) {
    let each = error;
    for (let hops = 0; typeof each === 'object' && each !== null && hops < 5; hops++) {
        const issues = readOwn(each);
        if (issues !== undefined)
            return issues;
        each = each['cause'];
    }
    return undefined;
}
function readOwn(error) {
    if (error instanceof WireError)
        return [{ keys: error.keys, message: error.reason, raw: {}, skipsItems: false }];
    if (error instanceof RangeError && /call stack/.test(error.message)) {
        return [{ keys: [], message: 'nested too deeply', raw: {}, skipsItems: false }];
    }
    // arktype
    if (isList(error['arkErrors']))
        return toIssues(error['arkErrors'], false);
    // zod, zod/mini, valibot and every Standard Schema
    if (isList(error['issues']))
        return toIssues(error['issues'], '_zod' in error || error['name'] === 'SchemaError');
    // yup
    if (error['name'] === 'ValidationError' && isList(error['errors'])) {
        const inner = isList(error['inner']) ? [...error['inner']] : [];
        return toIssues(inner.length > 0 ? inner : [error], false);
    }
    // superstruct
    if (typeof error['failures'] === 'function')
        return toIssues([...error['failures']()], false);
    return undefined;
}
export function toIssues(list, skipsItems) {
    // A million wrong items are as wrong as the first few.
    return Array.from({ length: Math.min(list.length, MAX_READ) }, (_, index) => {
        const raw = (list[index] ?? {});
        const message = typeof raw['problem'] === 'string' ? raw['problem'] : String(raw['message'] ?? 'is invalid');
        return { keys: toKeys(raw['path']), message, raw, skipsItems };
    });
}
const MAX_READ = 50;
function isList(value) {
    return (typeof value === 'object' && value !== null && typeof value.length === 'number');
}
/** A path of any validator: keys, or objects that hold them, or text such as `lines[0].price`. */
function toKeys(path) {
    if (typeof path === 'string') {
        return [...path.matchAll(/[^.[\]"]+/g)].map(([key]) => (/^\d+$/.test(key) ? Number(key) : key));
    }
    if (!isList(path))
        return [];
    const keys = [];
    for (const part of Array.from(path)) {
        const key = typeof part === 'object' && part !== null ? part.key : part;
        // valibot knows no key for what is in a Set.
        if (typeof key === 'number' || typeof key === 'string')
            keys.push(key);
        else if (typeof key === 'symbol')
            keys.push(key.toString());
    }
    return keys;
}
