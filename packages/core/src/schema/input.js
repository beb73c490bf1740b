import { Conversion } from './conversion.js';
import { convert, convertOverride } from './convert.js';
import { compileDecode } from './decode.js';
import { getMark } from './mark.js';
import { explainError } from './message.js';
import { SchemaProblem } from './problem.js';
import { assertPossible, publish } from './publish.js';
import { compileRepair } from './repair.js';
import { toObjectRoot } from './root.js';
import { chain } from './walk.js';
import { isZod3 } from './zod3.js';
import { isZod4 } from './zod4.js';
import { WireError } from './wire-error.js';
const NOTHING = { type: 'object', properties: {}, additionalProperties: false };
const NO_INPUT = {
    schema: NOTHING,
    takesInput: false,
    decode(args) {
        const [key] = Object.keys(args ?? {});
        if (key !== undefined)
            throw new WireError('this tool takes no arguments; leave it out', [key]);
        return undefined;
    },
    explain: (error, args) => explainError({ root: NOTHING, leaves: [] }, error, args, undefined, undefined),
};
/** Compiles the `.input()` parsers of one procedure. Throws a SchemaProblem when no call could ever succeed. */
export function compileInput(parsers, options = {}) {
    if (parsers.length === 0)
        return NO_INPUT;
    const conversion = new Conversion('input', options.converters, options.codecs);
    const documents = options.override === undefined
        ? parsers.map((parser) => convert(parser, conversion))
        : [convertOverride(options.override, conversion)];
    const voids = documents.filter(({ schema }) => getMark(schema)?.is === 'undefined');
    if (voids.length > 0) {
        // One parser that takes nothing leaves nothing to the others.
        if (documents.every((document) => document.optional))
            return NO_INPUT;
        throw new SchemaProblem('INPUTS_CONTRADICT', 'one stacked input takes only undefined, another one needs a value');
    }
    const root = toObjectRoot(documents, 'input');
    assertPossible(root.schema);
    const isEager = parsers.some((parser) => isZod4(parser) || isZod3(parser));
    const marked = { root: root.schema, leaves: conversion.leaves, isEager };
    const repair = options.repair ?? true;
    const mend = repair ? compileRepair(marked) : undefined;
    return {
        schema: publish(root.schema),
        takesInput: true,
        decode: compileArguments(root, documents, chain([mend, compileDecode(marked)]), repair),
        explain: (error, args) => explainError(marked, error, args, root.wrap, mend),
    };
}
function compileArguments(root, documents, convertArguments, repair) {
    const run = (args) => (convertArguments === undefined ? args : convertArguments(args, 0));
    const { wrap } = root;
    if (wrap !== undefined) {
        return (args = {}) => {
            if (typeof args !== 'object' || args === null || Array.isArray(args)) {
                throw new WireError(`expected an object with the key "${wrap}"`);
            }
            return run(args)[wrap];
        };
    }
    if (!documents.every((document) => document.optional))
        return (args = {}) => run(args);
    // The whole object may be left out. Clients that always send one mean that by an empty one.
    const needsKeys = (root.schema.required ?? []).length > 0;
    return (args) => (args === undefined || (repair && needsKeys && isEmpty(args)) ? undefined : run(args));
}
function isEmpty(args) {
    return typeof args === 'object' && args !== null && Object.keys(args).length === 0;
}
