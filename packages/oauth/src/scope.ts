import type { ScopeView } from './pages/view.ts';

/** Reads a list of scopes as OAuth writes them. It is empty if there is none. */
export function scopesIn(text: unknown): string[] {
  return typeof text === 'string' ? text.split(' ').filter(Boolean) : [];
}

/** The scopes among these that the app still has, with its words for them. */
export function toScopeViews(
  names: readonly string[],
  scopes: Readonly<Record<string, string>>,
): ScopeView[] {
  const known = names.filter((name) => Object.hasOwn(scopes, name));
  return known.map((name) => ({ name, description: scopes[name]! }));
}
