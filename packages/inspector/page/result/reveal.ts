/**
 * Writes out the characters that change how a text looks without being seen: those that turn the direction of what follows,
 * control characters, and the invisible copies of ASCII. A model reads them, so that a person has to see them too.
 */
export function reveal(text: string): string {
  return text.replace(hidden, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
  });
}

/** Does the same with all texts and keys of a value of JSON. */
export function revealAll(value: unknown): unknown {
  if (typeof value === 'string') return reveal(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(revealAll);
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [reveal(key.slice(0, 500)), revealAll(each)]),
  );
}

const hidden =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000B-\u000C\u000E-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069\u{E0000}-\u{E007F}]/gu;
