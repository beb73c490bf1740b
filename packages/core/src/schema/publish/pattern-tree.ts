/** A part of a regular expression. Its `quantifier` is `*`, `+`, `?` or `{…}`; empty if it stands for itself. */
export type PatternPart =
  | { is: 'char'; code: number; quantifier: string }
  | { is: 'set'; negated: boolean; ranges: [from: number, to: number][]; quantifier: string }
  | { is: 'any'; quantifier: string }
  | { is: 'start' | 'end' }
  | { is: 'group'; alternatives: PatternPart[][]; quantifier: string };

/**
 * Reads a regular expression of JavaScript. Returns undefined if it has something that RE2, and converters of schemas to
 * grammars, cannot read: look-around, back references, properties of Unicode, borders of words.
 */
export function readPattern(source: string): PatternPart[][] | undefined {
  const tokens = source.match(tokenPattern) ?? [];
  let at = 0;
  try {
    const alternatives = readAlternatives();
    return at === tokens.length ? alternatives : undefined;
  } catch (error) {
    if (error === unreadable) return undefined;
    throw error;
  }

  function readAlternatives(): PatternPart[][] {
    const alternatives: PatternPart[][] = [[]];
    for (; at < tokens.length && tokens[at] !== ')'; at++) {
      if (tokens[at] === '|') alternatives.push([]);
      else alternatives.at(-1)!.push(readPart());
    }
    return alternatives;
  }

  function readPart(): PatternPart {
    const token = tokens[at]!;
    if (token === '^') return { is: 'start' };
    if (token === '$') return { is: 'end' };
    if (token === '.') return { is: 'any', quantifier: readQuantifier() };
    if (token.startsWith('(')) {
      if (!/^\((?:\?:|\?<\w+>)?$/.test(token)) throw unreadable;
      at++;
      const alternatives = readAlternatives();
      if (tokens[at] !== ')') throw unreadable;
      return { is: 'group', alternatives, quantifier: readQuantifier() };
    }
    if (token.startsWith('[')) {
      if (anyCharacter.has(token)) return { ...anything, quantifier: readQuantifier() };
      const negated = token.startsWith('[^');
      return {
        is: 'set',
        negated,
        ranges: readSet(token.slice(negated ? 2 : 1, -1)),
        quantifier: readQuantifier(),
      };
    }
    const set = shorthands[token];
    if (set !== undefined) return { is: 'set', ...set, quantifier: readQuantifier() };
    return { is: 'char', code: readCode(token), quantifier: readQuantifier() };
  }

  function readQuantifier(): string {
    const next = tokens[at + 1] ?? '';
    if (!/^[*+?{]/.test(next)) return '';
    at++;
    // A lazy quantifier finds the same strings.
    if (tokens[at + 1] === '?') at++;
    if (next.match(/\d+/g)?.some((count) => Number(count) > mostRepeated)) throw unreadable;
    return next;
  }
}

/** Any character. Most readers of patterns do not count the ends of lines among `.`. */
const anything: PatternPart & { is: 'group' } = {
  is: 'group',
  alternatives: [
    [{ is: 'any', quantifier: '' }],
    ...[10, 13].map((code): PatternPart[] => [{ is: 'char', code, quantifier: '' }]),
  ],
  quantifier: '',
};

/** How patterns write any character, the ends of lines included. */
const anyCharacter: ReadonlySet<string> = new Set(
  ['^', ...['dD', 'sS', 'wW'].flatMap(([one, other]) => [`\\${one}\\${other}`, `\\${other}\\${one}`])].map(
    (inside) => `[${inside}]`,
  ),
);

const unreadable = Symbol('unreadable');

/** RE2 refuses more. */
const mostRepeated = 1000;

const escape = String.raw`\\u\{[\da-fA-F]+\}|\\u[\da-fA-F]{4}|\\x[\da-fA-F]{2}|\\k<\w+>|\\[pP]\{[^}]*\}|\\[^]`;
const tokenPattern = new RegExp(
  String.raw`${escape}|\[(?:\\[^]|[^\\\]])*\]|\(\?(?:<\w+>|<?[=!:]|[^])|\{\d+(?:,\d*)?\}|[^]`,
  'gu',
);
const setTokenPattern = new RegExp(`${escape}|[^]`, 'gu');

function readSet(inside: string): [number, number][] {
  const tokens = inside.match(setTokenPattern) ?? [];
  const ranges: [number, number][] = [];
  for (let index = 0; index < tokens.length; index++) {
    const set = shorthands[tokens[index]!];
    if (set !== undefined) {
      if (set.negated) throw unreadable;
      ranges.push(...set.ranges);
      continue;
    }
    const from = tokens[index] === String.raw`\b` ? 8 : readCode(tokens[index]!);
    const end = tokens[index + 2];
    const isRange = tokens[index + 1] === '-' && end !== undefined && shorthands[end] === undefined;
    if (isRange) index += 2;
    ranges.push([from, isRange ? readCode(tokens[index]!) : from]);
  }
  return ranges;
}

const named: Record<string, number | undefined> = { n: 10, r: 13, t: 9, v: 11, f: 12, '0': 0 };

function readCode(token: string): number {
  if (!token.startsWith('\\')) return token.codePointAt(0)!;
  const hex = /^\\(?:u\{([\da-fA-F]+)\}|[ux]([\da-fA-F]+))$/.exec(token);
  const code = hex === null ? named[token[1]!] : Number.parseInt((hex[1] ?? hex[2])!, 16);
  // Half a character stands for nothing outside of JavaScript.
  if (code !== undefined && (code < 0xd800 || code > 0xdfff)) return code;
  if (code !== undefined || /^\\[\da-zA-Z]/.test(token)) throw unreadable;
  return token.codePointAt(1)!;
}

type Shorthand = { negated: boolean; ranges: [number, number][] };

const digits: [number, number][] = [[48, 57]];
const words: [number, number][] = [...digits, [65, 90], [95, 95], [97, 122]];
const spaces = [9, 10, 11, 12, 13, 32, 0xa0, 0x2028, 0x2029, 0x3000, 0xfeff].map((code): [number, number] => [
  code,
  code,
]);
const shorthands: Record<string, Shorthand | undefined> = {
  '\\d': { negated: false, ranges: digits },
  '\\D': { negated: true, ranges: digits },
  '\\w': { negated: false, ranges: words },
  '\\W': { negated: true, ranges: words },
  '\\s': { negated: false, ranges: spaces },
  '\\S': { negated: true, ranges: spaces },
};
