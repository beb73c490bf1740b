/** Whether a text is a scope as OAuth writes them. @see https://www.rfc-editor.org/rfc/rfc6749#section-3.3 */
export function isScope(text: string): boolean {
  return /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(text);
}

/** Joins lists of scopes into one text, each scope once, in their order. */
export function joinScopes(...lists: readonly (readonly string[])[]): string {
  return [...new Set(lists.flat())].join(' ');
}
