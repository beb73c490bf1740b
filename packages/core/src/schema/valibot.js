import { labelEnum, setDefault } from './annotate.js';
import { areJson, literals } from './conversion.js';
import { fileLeaf, toBlob, toFile } from './file-leaf.js';
import { Islands } from './island.js';
import { bigintLeaf, dateLeaf, nanLeaf } from './leaf.js';
import { marked, setMark } from './mark.js';
import { dropPatterns, isHonestPattern } from './pattern.js';
import { normalizeRefs } from './refs.js';
/** Converts by the `toJsonSchema` that the app handed in: valibot carries none on its schemas. */
export function convertValibot(root, toJsonSchema, conversion) {
    const islands = new Islands(root);
    const convert = (schema) => normalizeRefs(toJsonSchema(schema, {
        typeMode: conversion.io,
        errorMode: 'ignore',
        target: 'draft-2020-12',
        overrideSchema: ({ valibotSchema, jsonSchema, }) => mark(valibotSchema, { ...jsonSchema }, conversion, islands),
        // Bounds and the like of values that are strings on the wire would be no JSON.
        overrideAction: ({ valibotAction, jsonSchema, }) => (isJsonRequirement(valibotAction['requirement']) ? undefined : jsonSchema),
    }));
    return islands.settle(convert(root), convert);
}
function isJsonRequirement(requirement) {
    return (typeof requirement !== 'bigint' &&
        !(requirement instanceof Date) &&
        !(requirement instanceof RegExp && !isHonestPattern(requirement)));
}
function mark(schema, target, conversion, islands) {
    const codec = conversion.codecs.find((each) => each.parser === schema);
    if (codec !== undefined)
        conversion.putLeaf(target, conversion.codecLeaf(codec));
    else
        markType(schema, target, conversion, islands);
    return target;
}
function markType(schema, target, conversion, islands) {
    switch (schema.type) {
        case 'date':
            return conversion.putLeaf(target, dateLeaf);
        case 'bigint':
            return conversion.putLeaf(target, bigintLeaf);
        case 'nan':
            return conversion.putLeaf(target, nanLeaf);
        case 'file':
            return conversion.putLeaf(target, fileLeaf('File', toFile, fileRules(schema)));
        case 'blob':
            return conversion.putLeaf(target, fileLeaf('Blob', toBlob, fileRules(schema)));
        case 'instance':
            return conversion.putClass(target, schema['class']);
        case 'literal':
            return areJson([schema['literal']])
                ? undefined
                : conversion.putLeaf(target, literals([schema['literal']]));
        case 'picklist':
            return areJson(schema['options']) ? undefined : conversion.putLeaf(target, literals(schema['options']));
        case 'enum':
            return labelEnum(schema['enum'], target);
        case 'map':
            return markMap(schema, target, islands);
        case 'set':
            Object.assign(target, marked({ is: 'set' }, { type: 'array', items: islands.refer(schema['value']) }));
            return setSizes(schema, target, 'Items');
        case 'undefined':
        case 'void':
            return setMark(target, { is: 'undefined' });
        case 'never':
        case 'symbol':
        case 'function':
            return setMark(target, {
                is: 'never',
                code: 'SCHEMA_UNSUPPORTED',
                reason: `no JSON value can be given for v.${schema.type}()`,
            });
        case 'string':
            return dropPatterns(target, lyingPatterns(schema));
        case 'optional':
        case 'nullish':
        case 'nullable':
        case 'undefinedable':
            if (schema['default'] !== undefined) {
                const read = () => typeof schema['default'] === 'function' ? schema['default']() : schema['default'];
                target['default'] = null;
                setDefault(target, read, conversion.io);
            }
            return undefined;
        default:
            return undefined;
    }
}
function markMap(schema, target, islands) {
    const [key, value] = [schema['key'], islands.refer(schema['value'])];
    const isObject = key.type === 'string' ||
        (key.type === 'picklist' && key['options'].every((option) => typeof option === 'string'));
    if (isObject) {
        Object.assign(target, marked({ is: 'map' }, { type: 'object', additionalProperties: value }));
        if (key.type !== 'string' || key.pipe !== undefined)
            target['propertyNames'] = islands.refer(key);
    }
    else {
        const pair = {
            type: 'array',
            prefixItems: [islands.refer(key), value],
            items: false,
            minItems: 2,
            maxItems: 2,
        };
        Object.assign(target, marked({ is: 'pairs' }, { type: 'array', items: pair }));
    }
    setSizes(schema, target, isObject ? 'Properties' : 'Items');
}
function setSizes(schema, target, of) {
    const [min, max] = [requirementOf(schema, 'min_size'), requirementOf(schema, 'max_size')];
    if (min !== undefined)
        target[`min${of}`] = min;
    if (max !== undefined)
        target[`max${of}`] = max;
    if (of === 'Items' && Number(min) > 1 && schema.type === 'set')
        target['uniqueItems'] = true;
}
function fileRules(schema) {
    const [types, min, max] = ['mime_type', 'min_size', 'max_size'].map((type) => requirementOf(schema, type));
    return {
        ...(types === undefined ? {} : { mimeTypes: types }),
        ...(min === undefined ? {} : { minBytes: min }),
        ...(max === undefined ? {} : { maxBytes: max }),
    };
}
function requirementOf(schema, type) {
    return schema.pipe?.find((action) => action.type === type)?.['requirement'];
}
function lyingPatterns(schema) {
    const all = (schema.pipe ?? []).map((action) => action['requirement']);
    const lying = all.filter((each) => each instanceof RegExp && !isHonestPattern(each));
    return new Set(lying.map((pattern) => pattern.source));
}
/** Whether `undefined` passes, as the whole input or output. */
export function valibotAllowsUndefined(schema, io, depth = 0) {
    const inner = (next) => depth < 32 && valibotAllowsUndefined(next, io, depth + 1);
    switch (schema.type) {
        case 'optional':
        case 'nullish':
        case 'undefinedable':
            return io === 'input' || schema['default'] === undefined;
        case 'undefined':
        case 'void':
        case 'any':
        case 'unknown':
            return true;
        case 'nullable':
            return inner(schema['wrapped']);
        case 'union':
            return schema['options'].some(inner);
        case 'lazy':
            return inner(schema['getter'](undefined));
        default:
            return false;
    }
}
