/** How much of a value is drawn. A model may write a million characters, or brackets that indentation makes as many of. */
const most = 50_000;

/** Writes a value as JSON for people. What no browser could draw is cut, or said in words. */
export function toShownJson(value: unknown): string {
  try {
    return toShown(JSON.stringify(value, undefined, 2) ?? 'none', most);
  } catch {
    return 'This is nested too deeply to be shown.';
  }
}

/** Cuts a text, and says how much is left out. */
export function toShown(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${text.slice(0, length)}… (${(text.length - length).toLocaleString('en')} more characters)`;
}
