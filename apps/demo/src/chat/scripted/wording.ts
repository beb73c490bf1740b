/** Writes the name of something as part of a sentence. Markdown in it stays text. */
export function quote(name: string): string {
  return `“${escapeMarkdown(name)}”`;
}

/** Keeps characters that mean something in Markdown. */
export function escapeMarkdown(text: string): string {
  return text.replaceAll(/[\\`*_[\]<>#~|!&]/g, String.raw`\$&`);
}

/** Writes how many: `1 customer`, `2 customers`. */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
}

/** Writes US cents as dollars. */
export function money(cents: number): string {
  return (cents / 100).toLocaleString('en', { style: 'currency', currency: 'USD' });
}

/** Writes the day of a time: `16 November 2026`. */
export function day(time: string): string {
  return new Date(time).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  });
}

/** Takes away what stands around a name in a sentence: quotation marks, a full stop, a question mark. */
export function unquote(text: string): string {
  return text
    .trim()
    .replace(/[.?!]+$/, '')
    .replaceAll(/^["'“”‘’«»]+|["'“”‘’«»]+$/g, '')
    .trim();
}
