/** Whether a text is a scope as OAuth writes them. @see https://www.rfc-editor.org/rfc/rfc6749#section-3.3 */
export function isScope(text: string): boolean {
  return /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(text);
}

/** Joins lists of scopes into one text, each scope once, in their order. */
export function joinScopes(...lists: readonly (readonly string[])[]): string {
  return [...new Set(lists.flat())].join(' ');
}

/** Returns those of the scopes that a caller lacks. An app without types may leave `scopes` out. */
export function missingScopes(
  { scopes: held }: { scopes?: readonly string[] },
  scopes: readonly string[],
): string[] {
  return scopes.filter((scope) => !held?.includes(scope));
}

/** Names scopes in a sentence: `the scope notes:read`. */
export function scopesText(scopes: readonly string[]): string {
  return `the ${scopes.length === 1 ? 'scope' : 'scopes'} ${scopes.join(', ')}`;
}
