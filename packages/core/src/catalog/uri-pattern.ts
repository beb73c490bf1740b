/** A piece of a URI: text as it is, or whatever a variable stands for. */
export type Piece = string | Span;

export interface Span {
  /** The characters that do not belong to it. */
  without: string;
  mayBeEmpty: boolean;
}

/**
 * The text of each span in a URI that is made of these pieces, each as short as it can be; `undefined` when the URI is
 * not made of them. It takes time in proportion to the URI's length, whatever the URI: a regular expression would not.
 */
export function matchPieces(pieces: readonly Piece[], uri: string): string[] | undefined {
  const [first] = pieces;
  if (typeof first === 'string' && !uri.startsWith(first)) return undefined;
  const fits = fitsFrom(pieces, uri);
  if (fits[0]![0] === 0) return undefined;
  const found: string[] = [];
  let at = 0;
  for (const [index, piece] of pieces.entries()) {
    if (typeof piece === 'string') {
      at += piece.length;
    } else {
      const end = fits[index + 1]!.indexOf(1, piece.mayBeEmpty ? at : at + 1);
      found.push(uri.slice(at, end));
      at = end;
    }
  }
  return found;
}

/** For each piece, and for the end: at which characters the rest of the URI is made of it and those that follow. */
function fitsFrom(pieces: readonly Piece[], uri: string): Uint8Array[] {
  let after = new Uint8Array(uri.length + 1);
  after[uri.length] = 1;
  const rows = [after];
  for (const piece of pieces.toReversed()) {
    const here = new Uint8Array(uri.length + 1);
    if (typeof piece === 'string') {
      for (let at = uri.indexOf(piece); at !== -1; at = uri.indexOf(piece, at + 1)) {
        here[at] = after[at + piece.length]!;
      }
    } else {
      const { without, mayBeEmpty } = piece;
      if (mayBeEmpty) here[uri.length] = after[uri.length]!;
      for (let at = uri.length - 1; at >= 0; at--) {
        const goesOn = !without.includes(uri[at]!) && (here[at + 1] === 1 || after[at + 1] === 1);
        if (goesOn || (mayBeEmpty && after[at] === 1)) here[at] = 1;
      }
    }
    rows.unshift(here);
    after = here;
  }
  return rows;
}

/** Whether one text could be made of either. */
export function piecesOverlap(one: readonly Piece[], other: readonly Piece[]): boolean {
  if (differAtEnds(one, other) || differInQuery(one, other)) return false;
  const a = one.flatMap(toSteps);
  const b = other.flatMap(toSteps);
  const seen = new Set<number>();
  const open: [i: number, j: number][] = [[0, 0]];
  for (let pair = open.pop(); pair; pair = open.pop()) {
    const [i, j] = pair;
    const key = i * (b.length + 1) + j;
    if (seen.has(key)) continue;
    seen.add(key);
    if (i === a.length && j === b.length) return true;
    const left = a[i];
    const right = b[j];
    if (left?.repeats) open.push([i + 1, j]);
    if (right?.repeats) open.push([i, j + 1]);
    if (left && right && share(left, right)) open.push([left.repeats ? i : i + 1, right.repeats ? j : j + 1]);
  }
  return false;
}

/** Seen at a glance: of a thousand templates, nearly every pair begins or ends with other text. */
function differAtEnds(one: readonly Piece[], other: readonly Piece[]): boolean {
  const [a, b] = [one[0], other[0]];
  if (typeof a === 'string' && typeof b === 'string' && !a.startsWith(b) && !b.startsWith(a)) return true;
  const [y, z] = [one.at(-1), other.at(-1)];
  return typeof y === 'string' && typeof z === 'string' && !y.endsWith(z) && !z.endsWith(y);
}

/** One has a query, and nothing of the other could be one. */
function differInQuery(one: readonly Piece[], other: readonly Piece[]): boolean {
  const has = (piece: Piece) => typeof piece === 'string' && piece.includes('?');
  const mayHave = (piece: Piece) => has(piece) || (typeof piece !== 'string' && !piece.without.includes('?'));
  return (one.some(has) && !other.some(mayHave)) || (other.some(has) && !one.some(mayHave));
}

/** One character, or any number of them. */
interface Step {
  /** The only one that it can be; any but those in `without` where it is `undefined`. */
  character: string | undefined;
  without: string;
  repeats: boolean;
}

function toSteps(piece: Piece): Step[] {
  if (typeof piece === 'string') {
    return piece.split('').map((character) => ({ character, without: '', repeats: false }));
  }
  const one: Step = { character: undefined, without: piece.without, repeats: false };
  const more = { ...one, repeats: true };
  return piece.mayBeEmpty ? [more] : [one, more];
}

function share(a: Step, b: Step): boolean {
  if (a.character === undefined) return b.character === undefined || !a.without.includes(b.character);
  return b.character === undefined ? !b.without.includes(a.character) : a.character === b.character;
}
