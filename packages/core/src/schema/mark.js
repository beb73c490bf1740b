const KEY = 'x-trpc-mcp';
export function getMark(schema) {
    return schema[KEY];
}
export function setMark(schema, mark) {
    schema[KEY] = mark;
}
export function isMarkKey(keyword) {
    return keyword === KEY;
}
/** A schema with a mark, in one expression. */
export function marked(mark, schema = {}) {
    return { ...schema, [KEY]: mark };
}
