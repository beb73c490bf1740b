import { toJSONSchema } from 'zod/v4/core';
import { Islands } from './island.js';
import { describeBounds, markZod4 } from './zod4-mark.js';
export function isZod4(parser) {
    return (typeof parser === 'object' || typeof parser === 'function') && parser !== null && '_zod' in parser;
}
/**
 * Converts by the schema's own converter where it has one (zod 4.2 classic), else by the one handed in, else by
 * `zod/v4/core`, which reads schemas of older copies too.
 */
export function convertZod4(root, conversion) {
    const islands = new Islands(root);
    const override = ({ zodSchema, jsonSchema }) => {
        const [schema, target] = [zodSchema, jsonSchema];
        const codec = codecOf(schema, conversion);
        if (codec === undefined)
            markZod4(schema, target, conversion, islands);
        else
            conversion.putLeaf(target, conversion.codecLeaf(codec));
        describeBounds(schema, target);
    };
    const options = { unrepresentable: 'any', override };
    const convert = (schema) => {
        const { zod: given } = conversion.converters;
        const own = given === undefined ? schema['~standard']?.jsonSchema?.[conversion.io] : undefined;
        if (own !== undefined)
            return own({ target: 'draft-2020-12', libraryOptions: options });
        const full = { ...options, io: conversion.io, target: 'draft-2020-12' };
        if (given === undefined && schema.toJSONSchema !== undefined)
            return schema.toJSONSchema(full);
        return (given ?? toJSONSchema)(schema, full);
    };
    return islands.settle(convert(root), (parser) => convert(parser));
}
function codecOf(schema, conversion) {
    if (conversion.codecs.length === 0)
        return undefined;
    for (let each = schema; each !== undefined; each = each._zod.parent) {
        const codec = conversion.codecFor(each);
        if (codec !== undefined)
            return codec;
    }
    return undefined;
}
/** Whether `undefined` passes, as the whole input or output. */
export function zod4AllowsUndefined(schema, io, depth = 0) {
    const def = schema._zod.def;
    const inner = (next) => depth < 32 && zod4AllowsUndefined(next, io, depth + 1);
    switch (def.type) {
        case 'optional':
        case 'undefined':
        case 'void':
        case 'any':
        case 'unknown':
            return true;
        case 'default':
        case 'prefault':
            return io === 'input' || inner(def['innerType']);
        case 'catch':
            return io === 'input' || inner(def['innerType']);
        case 'literal':
            return def['values'].includes(undefined);
        case 'union':
            return def['options'].some(inner);
        case 'intersection':
            return inner(def['left']) && inner(def['right']);
        case 'nullable':
        case 'readonly':
        case 'promise':
            return inner(def['innerType']);
        case 'lazy':
            return inner(def['getter']());
        case 'pipe':
            return inner(io === 'output' ? def['out'] : def['in']._zod.def.type === 'transform' ? def['out'] : def['in']);
        case 'transform':
        case 'custom':
            return false;
        default:
            return false;
    }
}
