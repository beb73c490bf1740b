const lineBreak = /[\n\r\u2028\u2029]/g;
/** The end of a line of a stack. It is only tried on the last characters of a line. */
const position = /:\d+:\d+\)?$/;
const positionLength = 24;

/**
 * Whether a text holds a line of a stack, such as `    at run (file.ts:10:5)`. Reads every character a fixed number of
 * times, because a client may have chosen the text.
 */
export function holdsStack(text: string): boolean {
  for (let at = text.indexOf('at '); at !== -1; at = text.indexOf('at ', at + 3)) {
    if (!isIndented(text, at)) continue;
    lineBreak.lastIndex = at;
    const end = lineBreak.exec(text)?.index ?? text.length;
    if (position.test(text.slice(Math.max(at, end - positionLength), end))) return true;
  }
  return false;
}

/** Whether there is white space before this place, and nothing else in its line. */
function isIndented(text: string, at: number): boolean {
  let start = at;
  while (start > 0 && isBlank(text.charCodeAt(start - 1))) start--;
  if (start === at) return false;
  return start === 0 || isLineBreak(text.charCodeAt(start - 1));
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function isLineBreak(code: number): boolean {
  return code === 0x0a || code === 0x0d || code === 0x2028 || code === 0x2029;
}
