import { resolveRef, setOwn } from './json-schema.js';
import { getMark } from './mark.js';
import { toRegExp } from './pattern.js';
import { under, WireError } from './wire-error.js';
export const MAX_DEPTH = 512;
/** Compiles a walk over the values of a schema, which goes only where the rules have something to do. */
export function compileWalk({ root }, start, rules) {
    const byRef = new Map();
    return compile(start);
    function compile(node) {
        const ref = node['$ref'];
        if (typeof ref === 'string' && getMark(node) === undefined)
            return compileRef(ref);
        const branches = (node['anyOf'] ?? node['oneOf'] ?? []).filter((branch) => typeof branch === 'object');
        const steps = branches.map(compile);
        const union = steps.some((step) => step !== undefined)
            ? rules.union(branches, steps, 'oneOf' in node ? 'oneOf' : 'anyOf')
            : undefined;
        const all = (node['allOf'] ?? []).map(compile);
        return rules.at(node, chain([compileObject(node), compileArray(node), ...all, union]));
    }
    // Recursion: looked up when it runs. To be recursive is reason enough to be walked, so that levels are counted.
    function compileRef(ref) {
        const known = byRef.get(ref);
        if (known?.done === true)
            return known.step;
        if (known !== undefined) {
            return (value, depth) => {
                if (depth > MAX_DEPTH)
                    throw new WireError(`nested deeper than ${MAX_DEPTH} levels`);
                return known.step === undefined ? value : known.step(value, depth);
            };
        }
        const target = resolveRef(root, ref);
        if (target === undefined)
            return undefined;
        const slot = {};
        byRef.set(ref, slot);
        slot.step = compile(target);
        slot.done = true;
        return slot.step;
    }
    function compileObject(node) {
        const fields = [];
        for (const [key, child] of Object.entries(node.properties ?? {})) {
            const step = typeof child === 'object' ? compile(child) : undefined;
            if (step !== undefined)
                fields.push([key, step]);
        }
        const rest = compileRest(node);
        if (fields.length === 0 && rest === undefined)
            return undefined;
        return (value, depth) => {
            if (typeof value !== 'object' || value === null || Array.isArray(value))
                return value;
            let result = value;
            for (let index = 0; index < fields.length; index++) {
                const [key, step] = fields[index];
                if (Object.hasOwn(value, key))
                    result = replace(value, result, key, step, depth);
            }
            if (rest === undefined)
                return result;
            for (const key of Object.keys(value)) {
                const step = rest(key);
                if (step !== undefined)
                    result = replace(value, result, key, step, depth);
            }
            return result;
        };
    }
    // What goes over the keys that are no properties.
    function compileRest(node) {
        const { additionalProperties: others, patternProperties } = node;
        const other = typeof others === 'object' && others !== null ? compile(others) : undefined;
        const patterns = Object.entries((patternProperties ?? {})).map(([pattern, child]) => [toRegExp(pattern), compile(child)]);
        if (other === undefined && patterns.every(([, step]) => step === undefined))
            return undefined;
        return (key) => {
            if (node.properties !== undefined && Object.hasOwn(node.properties, key))
                return undefined;
            const pattern = patterns.find(([regExp]) => regExp.test(key));
            return pattern === undefined ? other : pattern[1];
        };
    }
    function compileArray(node) {
        const first = (node['prefixItems'] ?? []).map(compile);
        const items = node['items'];
        const rest = typeof items === 'object' && items !== null ? compile(items) : undefined;
        if (rest === undefined && first.every((step) => step === undefined))
            return undefined;
        return (value, depth) => {
            if (!Array.isArray(value))
                return value;
            let copy;
            for (let index = 0; index < value.length; index++) {
                const step = index < first.length ? first[index] : rest;
                if (step === undefined)
                    continue;
                try {
                    const after = step(value[index], depth + 1);
                    if (after !== value[index])
                        (copy ??= value.slice())[index] = after;
                }
                catch (error) {
                    throw under(index, error);
                }
            }
            return copy ?? value;
        };
    }
}
/** One step after the other; undefined where there is none. */
export function chain(steps) {
    const needed = steps.filter((step) => step !== undefined);
    if (needed.length < 2)
        return needed[0];
    return (value, depth) => needed.reduce((result, step) => step(result, depth), value);
}
/** Sets one key in a copy that is made when the first key changes; `value` itself never changes. */
function replace(value, result, key, step, depth) {
    const before = value[key];
    let after;
    try {
        after = step(before, depth + 1);
    }
    catch (error) {
        throw under(key, error);
    }
    if (after === before)
        return result;
    const copy = result === value ? { ...result } : result;
    setOwn(copy, key, after);
    return copy;
}
