import { areJson, leafOfClass, literals } from './conversion.js';
import { mapChildren } from './json-schema.js';
import { bigintLeaf, dateLeaf } from './leaf.js';
import { setMark } from './mark.js';
/** arktype's answer to every gap: the option `fallback` of its Standard JSON Schema. */
export function createArktypeFallback(conversion) {
    return (gap) => {
        const schema = { ...gap.base };
        if (gap.code === 'date' || gap.proto === Date)
            conversion.putLeaf(schema, dateLeaf);
        else if (gap.code === 'proto')
            conversion.putClass(schema, gap.proto);
        else if (gap.code === 'domain' && gap.domain === 'bigint')
            conversion.putLeaf(schema, bigintLeaf);
        else if (gap.code === 'unit' && gap.unit === undefined)
            setMark(schema, { is: 'undefined' });
        else if (gap.code === 'unit' && !areJson([gap.unit]) && typeof gap.unit !== 'symbol') {
            if (gap.unit instanceof Date)
                conversion.putLeaf(schema, leafOfClass(Date));
            else
                conversion.putLeaf(schema, literals([gap.unit]));
        }
        else if (gap.code === 'domain' || gap.code === 'unit') {
            setMark(schema, {
                is: 'never',
                code: 'SCHEMA_UNSUPPORTED',
                reason: `no JSON value can be given for a ${gap.domain ?? typeof gap.unit}`,
            });
        }
        return schema;
    };
}
/** Whether `undefined` passes: arktype's own check, which changes nothing. */
export function arktypeAllowsUndefined(type) {
    return type.allows?.(undefined) ?? false;
}
/** Literals that arktype takes for JSON, though they are none: the infinities. */
export function markInfinities(schema, conversion) {
    const marked = mapChildren(schema, (child) => markInfinities(child, conversion));
    const values = 'const' in marked ? [marked['const']] : (marked['enum'] ?? []);
    if (!areJson(values))
        conversion.putLeaf(marked, literals(values));
    return marked;
}
