/** Quotes a text for a POSIX shell, so that nothing in it means anything: `it's` becomes `'it'\''s'`. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Quotes a text in which `$TOKEN` stands for a secret that the shell fills in. */
export function quoteWithToken(before: string): string {
  return `"${before.replaceAll(/[\\"$`]/g, '\\$&')}$TOKEN"`;
}

/** A text as the standard input of the command before it. The word that ends it occurs nowhere in the text. */
export function toHeredoc(text: string): string {
  let end = 'END';
  while (text.split('\n').includes(end)) end += '_';
  return `<<'${end}'\n${text}\n${end}`;
}

/** The characters that one argument of a command may have. Linux takes 128 KiB, in UTF-8. */
export const mostOfArgument = 30_000;
