/**
 * Makes words of a stranger fit for a page: one line without invisible characters, and without those that turn the
 * direction of the text, stack upon each other or close the quotes around it. The rest is cut off at `most` characters.
 */
export function toPlainText(text: string, most = 60): string {
  const plain = text
    // More than this is never shown. It bounds the work.
    .slice(0, 4000)
    .replaceAll(blank, ' ')
    .replaceAll(invisible, '')
    .normalize('NFC')
    .replaceAll(quotes, "'")
    .replaceAll(/(\p{M}{3})\p{M}+/gu, '$1')
    .replaceAll(/ +/g, ' ')
    .trim();
  const characters = Array.from(plain);
  return characters.length > most
    ? `${characters
        .slice(0, most - 1)
        .join('')
        .trimEnd()}…`
    : plain;
}

/** Writes a host as browsers send it, with `xn--` for letters that are not ASCII and could pose as others. */
export function toAsciiHost(host: string): string {
  const isHost = /^[^\s/?#@\\]+$/.test(host) && URL.canParse(`https://${host}`);
  return isHost ? new URL(`https://${host}`).host : toPlainText(host.replaceAll(/[^ -~]/g, '?'));
}

/** Line ends, tabs, spaces of all kinds, and characters that look like one. */
const blank = /[\t-\r\p{Z}\u{85}\u{115F}\u{1160}\u{2800}\u{3164}\u{FFA0}]/gu;
/** Controls, marks of direction, characters without width, halves of pairs, private and unassigned ones. */
const invisible = /[\p{C}\p{Default_Ignorable_Code_Point}]/gu;
const quotes = /["«»“”„‟❝❞〝〞〟＂]/gu;
