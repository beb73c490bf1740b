/**
 * Whether a JSON Schema `pattern` says the same as this expression: patterns are unanchored, have no flags and are read
 * in unicode mode.
 */
export function isHonestPattern(regExp) {
    return !/[imsy]/.test(regExp.flags) && isUnicodePattern(regExp.source);
}
export function isUnicodePattern(source) {
    try {
        new RegExp(source, 'u').test('');
        return true;
    }
    catch {
        return false;
    }
}
/** Takes a pattern out of a schema again, wherever the converter put it. */
export function dropPatterns(schema, sources) {
    if (sources.size === 0)
        return;
    if (sources.has(schema['pattern']))
        delete schema['pattern'];
    const all = schema['allOf'];
    if (!Array.isArray(all))
        return;
    const kept = all.filter((part) => !sources.has(part['pattern']));
    if (kept.length === 0)
        delete schema['allOf'];
    else
        schema['allOf'] = kept;
}
const regExps = new Map();
/** A `pattern` as an expression; one that is not valid in unicode mode says nothing, and is not published either. */
export function toRegExp(source) {
    let regExp = regExps.get(source);
    if (regExp === undefined) {
        regExp = isUnicodePattern(source) ? new RegExp(source, 'u') : /(?:)/;
        regExps.set(source, regExp);
    }
    return regExp;
}
