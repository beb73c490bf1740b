import type { Confirm } from '../catalog/confirm.ts';
import { isRecord } from '../record.ts';
import { digestText } from '../digest-text.ts';
import { toJsonText } from './json-text.ts';

/** A person cannot read more lines than this. */
const mostLines = 100;
/** Nor more characters than this, in all lines together. */
const mostCharacters = 100_000;
/** A value is shown in full up to this length. Of a longer one, this many characters are shown. */
const value = { most: 2000, start: 500 };
const key = { most: 200, start: 100 };

/**
 * Words the question for consent, such as `Close "c1"?`. A name in it stands for an argument, else for a field of `data`,
 * which a query has returned. The arguments that it does not name follow, each on a line of its own. Values are quoted, so
 * that none can look like another one or like words of the app.
 */
export async function toQuestionText(
  { pieces, names, added }: Confirm,
  args: unknown,
  data: Record<string, unknown> = {},
): Promise<string> {
  const given = isRecord(args) ? args : {};
  const known = new Set(names);
  let sentence = '';
  for (const [index, piece] of pieces.entries()) {
    if (index % 2 === 0) sentence += piece;
    else if (known.has(piece)) sentence += await show(valueOf(given, piece), value);
    else sentence += await show(valueOf(data, piece), value, '(unknown)');
  }
  // An argument that is called like a field of the data, and not known to the schema, is not told by the sentence.
  const told = new Set([...pieces.filter((piece, index) => index % 2 === 1 && known.has(piece)), ...added]);
  const named = names.filter((name) => Object.hasOwn(given, name));
  const others = Object.keys(given).filter((name) => !known.has(name));
  const rest = [...named, ...others].filter((name) => !told.has(name));
  const lines = [sentence];
  let { length } = sentence;
  for (const [index, name] of rest.entries()) {
    if (index >= mostLines || length > mostCharacters) {
      lines.push(await summarize(rest.slice(index).map((each) => [each, given[each]])));
      break;
    }
    const line = `${await showKey(name)}: ${await show(given[name], value)}`;
    length += line.length;
    lines.push(line);
  }
  return lines.join('\n');
}

/** One line for the arguments that are too many to be shown. */
async function summarize(entries: [string, unknown][]): Promise<string> {
  return `and ${entries.length} more, SHA-256 ${await shortDigest(toJsonText(entries))}`;
}

function valueOf(given: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(given, name) ? given[name] : undefined;
}

async function showKey(name: string): Promise<string> {
  return /^[A-Za-z_$][\w$-]{0,63}$/.test(name) ? name : show(name, key);
}

async function show(
  shown: unknown,
  { most, start }: { most: number; start: number },
  missing = '(not given)',
): Promise<string> {
  if (shown === undefined) return missing;
  const text = typeof shown === 'string' ? shown : toJsonText(shown);
  const quote = (part: string) => reveal(typeof shown === 'string' ? JSON.stringify(part) : part);
  const count = countCharacters(text);
  if (count <= most) return quote(text);
  // Twice as many code units are enough, and no character is cut into halves.
  const first = Array.from(text.slice(0, 2 * start))
    .slice(0, start)
    .join('');
  return `${quote(first)}… (${count} characters, SHA-256 ${await shortDigest(text)})`;
}

function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

async function shortDigest(text: string): Promise<string> {
  return (await digestText(text)).slice(0, 16);
}

/** Line breaks, and all that changes the order of the text or has no width. The first ones are letters that are blank. */
const unseen =
  /[\u{16FE4}\u2800\u{13441}\u{13442}\u{1D159}\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** Writes what nobody would see as JSON escapes it. */
function reveal(text: string): string {
  return text.replace(unseen, (character) =>
    Array.from({ length: character.length }, (_, index) => {
      return `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
    }).join(''),
  );
}
