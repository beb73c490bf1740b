// Shared between copies of this package; nothing that merely has a `content` array carries it.
const BRAND = Symbol.for('trpc-mcp.content');
/** Makes a result that is sent to the client as it is: a procedure returns it instead of data. */
export function mcpContent(blocks) {
    return Object.freeze({ blocks: [...blocks], [BRAND]: true });
}
export function isMcpContent(value) {
    return typeof value === 'object' && value !== null && value[BRAND] === true;
}
