import { ignoreOverride, zodToJsonSchema } from 'zod-to-json-schema';
import { describe, labelEnum, setDefault } from './annotate.js';
import { areJson, literals } from './conversion.js';
import { Islands } from './island.js';
import { bigintLeaf, coercedBigintLeaf, dateLeaf, nanLeaf } from './leaf.js';
import { marked, setMark } from './mark.js';
import { dropPatterns, isHonestPattern } from './pattern.js';
import { normalizeRefs } from './refs.js';
export function isZod3(parser) {
    const def = parser?._def;
    return typeof def?.typeName === 'string' && def.typeName.startsWith('Zod');
}
/** Converts by `zod-to-json-schema`, which reads the schema and needs no zod of its own. */
export function convertZod3(root, conversion) {
    const islands = new Islands(root._def);
    const convert = (def) => normalizeRefs(zodToJsonSchema({ _def: withoutOptional(def) }, {
        target: 'jsonSchema2019-09',
        definitionPath: '$defs',
        pipeStrategy: conversion.io,
        effectStrategy: conversion.io === 'input' ? 'input' : 'any',
        removeAdditionalStrategy: 'strict',
        override: (raw) => convertDef(raw, conversion, islands) ?? ignoreOverride,
        postProcess: (schema, raw) => tidy(schema, raw, conversion),
    }));
    return islands.settle(convert(root._def), convert);
}
// Outside of an object, absence has no place in JSON.
function withoutOptional(def) {
    return def.typeName === 'ZodOptional' ? withoutOptional(def['innerType']._def) : def;
}
// What zod-to-json-schema does not know, or says in an older draft.
function convertDef(def, conversion, islands) {
    const out = def.description === undefined ? {} : { description: def.description };
    const codec = conversion.codecs.find((each) => each.parser?._def === def);
    const inner = (schema) => islands.refer(schema._def);
    const isCoerced = def['coerce'] === true && conversion.io === 'input';
    if (codec !== undefined)
        conversion.putLeaf(out, conversion.codecLeaf(codec));
    else if (def.typeName === 'ZodDate') {
        if (isCoerced)
            conversion.putAsIs(out, dateLeaf);
        else
            conversion.putLeaf(out, dateLeaf);
        describeBounds(def, out);
    }
    else if (def.typeName === 'ZodBigInt') {
        conversion.putLeaf(out, isCoerced ? coercedBigintLeaf : bigintLeaf);
        describeBounds(def, out);
    }
    else if (def.typeName === 'ZodNaN')
        conversion.putLeaf(out, nanLeaf);
    else if (def.typeName === 'ZodLiteral' && !areJson([def['value']])) {
        if (def['value'] === undefined)
            setMark(out, { is: 'undefined' });
        else
            conversion.putLeaf(out, literals([def['value']]));
    }
    else if (def.typeName === 'ZodLiteral' && def['value'] === null)
        out.type = 'null';
    else if (def.typeName === 'ZodNullable' && def['innerType']._def.typeName === 'ZodBigInt') {
        out['anyOf'] = [inner(def['innerType']), { type: 'null' }];
    }
    else if (def.typeName === 'ZodUnion' && def['options'].some(isMistakenInUnion)) {
        out['anyOf'] = def['options'].map(inner);
    }
    else if (def.typeName === 'ZodMap')
        convertMap(def, out, inner);
    else if (def.typeName === 'ZodSet') {
        Object.assign(out, marked({ is: 'set' }, { type: 'array', items: inner(def['valueType']) }));
        if (def['minSize'] !== null)
            out['minItems'] = def['minSize'].value;
        if (def['maxSize'] !== null)
            out['maxItems'] = def['maxSize'].value;
        if (def['minSize']?.value > 1)
            out['uniqueItems'] = true;
    }
    else if (def.typeName === 'ZodTuple')
        convertTuple(def, out, inner);
    else if (def.typeName === 'ZodVoid' || def.typeName === 'ZodUndefined')
        setMark(out, { is: 'undefined' });
    else if (['ZodNever', 'ZodSymbol', 'ZodFunction'].includes(def.typeName)) {
        setMark(out, {
            is: 'never',
            code: 'SCHEMA_UNSUPPORTED',
            reason: `no JSON value can be given for ${def.typeName}`,
        });
    }
    else {
        const className = conversion.io === 'input' ? instanceName(def) : undefined;
        if (className === undefined)
            return undefined;
        const reason = `z.instanceof(${className}) of zod 3 does not show its class; name the schema itself in the option codecs: [{ parser, schema, decode, encode }], or set meta.mcp.input`;
        setMark(out, { is: 'never', code: 'CODEC_MISSING', reason });
    }
    return out;
}
// Next to other scalars zod-to-json-schema takes a bigint for an integer, without asking.
function isMistakenInUnion({ _def: def }) {
    return (def.typeName === 'ZodBigInt' ||
        (def.typeName === 'ZodLiteral' && (def['value'] === null || !areJson([def['value']]))));
}
function convertMap(def, out, inner) {
    const key = def['keyType'];
    const [keySchema, valueSchema] = [inner(key), inner(def['valueType'])];
    if (['ZodString', 'ZodEnum'].includes(key._def.typeName)) {
        Object.assign(out, marked({ is: 'map' }, { type: 'object', additionalProperties: valueSchema }));
        if (key._def.typeName === 'ZodEnum' || key._def['checks'].length > 0)
            out['propertyNames'] = keySchema;
    }
    else {
        const pair = {
            type: 'array',
            prefixItems: [keySchema, valueSchema],
            items: false,
            minItems: 2,
            maxItems: 2,
        };
        Object.assign(out, marked({ is: 'pairs' }, { type: 'array', items: pair }));
    }
}
function convertTuple(def, out, inner) {
    const items = def['items'].map(inner);
    const isOpen = def['rest'] !== null;
    Object.assign(out, {
        type: 'array',
        prefixItems: items,
        minItems: items.length,
        items: isOpen ? inner(def['rest']) : false,
    });
    if (!isOpen)
        out['maxItems'] = items.length;
}
// z.instanceof() is a refinement of any; only its message knows the name of the class.
function instanceName(def) {
    if (def.typeName !== 'ZodEffects' || def['schema']?._def?.typeName !== 'ZodAny')
        return undefined;
    return /^Input not instance of (.+)$/.exec(refine(def, null) ?? '')?.[1];
}
const SAMPLES = {
    Date: () => new Date(0),
    URL: () => new URL('data:,'),
    RegExp: () => /x/,
    File: () => new File([], ''),
    Blob: () => new Blob([]),
    FormData: () => new FormData(),
    Uint8Array: () => new Uint8Array(0),
    ArrayBuffer: () => new ArrayBuffer(0),
    Map: () => new Map(),
    Set: () => new Set(),
};
// The class of that name which every runtime has, if an instance of it really passes.
function classOf(def) {
    const name = instanceName(def) ?? '';
    const Class = globalThis[name];
    const sample = Object.hasOwn(SAMPLES, name)
        ? SAMPLES[name]()
        : name === 'Buffer'
            ? Class?.alloc?.(0)
            : undefined;
    return sample !== undefined && refine(def, sample) === undefined ? Class : undefined;
}
/** The message with which z.instanceof() refuses a value; undefined when it takes it. */
function refine(def, value) {
    const messages = [];
    try {
        def['effect']?.refinement?.(value, {
            addIssue: (issue) => messages.push(issue.message ?? ''),
            path: [],
        });
    }
    catch {
        return undefined;
    }
    return messages[0];
}
function tidy(schema, def, conversion) {
    if (schema === undefined)
        return undefined;
    const isCoerced = def['coerce'] === true && conversion.io === 'input';
    if (isCoerced && (def.typeName === 'ZodNumber' || def.typeName === 'ZodBoolean'))
        setMark(schema, { is: 'asIs' });
    if (def.typeName === 'ZodDefault')
        setDefault(schema, def['defaultValue'], conversion.io);
    if (def.typeName === 'ZodNativeEnum')
        labelEnum(def['values'], schema);
    if (def.typeName === 'ZodString') {
        const lying = def['checks'].filter(({ regex }) => regex !== undefined && !isHonestPattern(regex));
        dropPatterns(schema, new Set(lying.map(({ regex }) => regex.source)));
    }
    return schema;
}
function describeBounds(def, out) {
    for (const { kind, value, inclusive = true } of def['checks']) {
        if (kind !== 'min' && kind !== 'max')
            continue;
        const bound = def.typeName === 'ZodDate' ? new Date(value).toISOString() : String(value);
        describe(out, `${kind === 'min' ? '>' : '<'}${inclusive ? '=' : ''} ${bound}`);
    }
}
/** Whether `undefined` passes, as the whole input or output. */
export function zod3AllowsUndefined({ _def: def }, io, depth = 0) {
    const inner = (next) => depth < 32 && zod3AllowsUndefined(next, io, depth + 1);
    switch (def.typeName) {
        case 'ZodOptional':
        case 'ZodUndefined':
        case 'ZodVoid':
        case 'ZodAny':
        case 'ZodUnknown':
            return true;
        case 'ZodDefault':
        case 'ZodCatch':
            return io === 'input' || inner(def['innerType']);
        case 'ZodNullable':
        case 'ZodReadonly':
            return inner(def['innerType']);
        case 'ZodBranded':
            return inner(def['type']);
        case 'ZodUnion':
            return def['options'].some(inner);
        case 'ZodEffects':
            return def['effect']?.type !== 'transform' || io === 'input' ? inner(def['schema']) : false;
        case 'ZodPipeline':
            return inner(io === 'input' ? def['in'] : def['out']);
        case 'ZodLazy':
            return inner(def['getter']());
        default:
            return false;
    }
}
