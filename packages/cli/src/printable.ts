/**
 * Makes a text of an app or a server harmless for a terminal: it moves no cursor, clears nothing and sets no title. Colours,
 * tabs and ends of lines stay.
 */
export function toPrintable(text: string): string {
  return text.replaceAll(sequences, (found) => (isKept(found) ? found : ''));
}

// Sequences that begin with ESC or with one character of C1, and single characters of control.
const sequences =
  // oxlint-disable-next-line no-control-regex -- these are the characters that are looked for
  /(?:\u001B\[|\u009B)[\d;:<=>?]*[ -/]*[@-~]?|(?:\u001B[\]PX^_]|[\u0090\u0098\u009D-\u009F])[^\u0007\u001B\u009C\n]*(?:\u0007|\u001B\\|\u009C)?|\u001B[ -/]*[0-~]?|\r\n|[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g;

/** A line break of Windows, and the colours that this command writes itself. Hidden and blinking texts are none of them. */
function isKept(sequence: string): boolean {
  // oxlint-disable-next-line no-control-regex -- as above
  return sequence === '\r\n' || /^\u001B\[(?:0|1|2|3|4|7|9|2[2-9]|3\d|4\d|9\d)?m$/.test(sequence);
}
