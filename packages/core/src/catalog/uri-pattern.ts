/** A piece of a URI template: fixed text, or the value of a variable. */
export type Piece = string | Span;

export interface Span {
  /** The characters that the value cannot have. */
  without: string;
  mayBeEmpty: boolean;
}

/**
 * Finds the text of each span in a URI that consists of these pieces, each as short as possible. Returns `undefined` when
 * the URI does not consist of them. The time grows with the length of the URI only; a regular expression could take far
 * longer for some URIs.
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

/** For each piece, and for the end: the positions from which the rest of the URI consists of this piece and the next ones. */
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

/** Whether some text consists of the pieces of both. */
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

/** A quick check that decides nearly every pair: two templates mostly begin or end with different text. */
function differAtEnds(one: readonly Piece[], other: readonly Piece[]): boolean {
  const [a, b] = [one[0], other[0]];
  if (typeof a === 'string' && typeof b === 'string' && !a.startsWith(b) && !b.startsWith(a)) return true;
  const [y, z] = [one.at(-1), other.at(-1)];
  return typeof y === 'string' && typeof z === 'string' && !y.endsWith(z) && !z.endsWith(y);
}

/** Whether one has a query, and no piece of the other could contain one. */
function differInQuery(one: readonly Piece[], other: readonly Piece[]): boolean {
  const has = (piece: Piece) => typeof piece === 'string' && piece.includes('?');
  const mayHave = (piece: Piece) => has(piece) || (typeof piece !== 'string' && !piece.without.includes('?'));
  return (one.some(has) && !other.some(mayHave)) || (other.some(has) && !one.some(mayHave));
}

/** One character, or any number of characters. */
interface Step {
  /** The only possible character. `undefined` allows any character that is not in `without`. */
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
