/**
 * Replaces characters that nobody sees by their codes: controls, those that turn the direction of writing, those without a
 * width, and the tag characters that hide whole sentences from people but not from models. `a\u202eb` becomes `a⟨U+202E⟩b`.
 */
export function revealHidden(text: string): string {
  return text.replaceAll(
    hidden,
    (character) => `⟨U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}⟩`,
  );
}

/** Does the same with all texts and keys of a value of JSON. */
export function revealAllHidden(value: unknown): unknown {
  if (typeof value === 'string') return revealHidden(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(revealAllHidden);
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [revealHidden(key.slice(0, 500)), revealAllHidden(each)]),
  );
}

/** Whether a text has a character that nobody sees. */
export function hasHidden(text: string): boolean {
  return text.search(hidden) !== -1;
}

// A joiner between letters or emoji, U+200C and U+200D, is part of ordinary writing.
const hidden =
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;
