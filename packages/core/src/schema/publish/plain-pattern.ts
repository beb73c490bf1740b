import { isUnicodePattern } from '../pattern.ts';
import { type PatternPart, readPattern } from './pattern-tree.ts';

/**
 * Rewrites a `pattern` so that it means the same to validators in JavaScript, with the flag `u` and without, to RE2, and to
 * converters to grammars such as the one of llama.cpp. These want it to begin with `^` and to end with `$`, and know no
 * `\d`, for example. Returns undefined if that is not possible.
 */
export function toPlainPattern(source: string): string | undefined {
  // A router has the same few patterns in many places.
  if (!known.has(source)) {
    if (known.size >= mostKnown) known.clear();
    known.set(source, rewrite(source));
  }
  return known.get(source);
}

const known = new Map<string, string | undefined>();
const mostKnown = 1000;

function rewrite(source: string): string | undefined {
  if (!isUnicodePattern(source)) return undefined;
  const alternatives = readPattern(source);
  if (alternatives === undefined) return undefined;
  const anchored = alternatives.map((parts) => anchor(anchor(parts, 'start'), 'end'));
  const filled = anchored.filter((parts) => parts.length > 0);
  const written = filled.map(writeParts);
  if (!written.every((text) => text !== undefined)) return undefined;
  const isOptional = filled.length < anchored.length;
  const body =
    written.length === 1 && !isOptional ? written[0]! : `(?:${written.join('|')})${isOptional ? '?' : ''}`;
  const plain = filled.length === 0 ? '^$' : `^${body}$`;
  return ['', 'u'].every((flags) => isValid(plain, flags)) ? plain : undefined;
}

function isValid(source: string, flags: string): boolean {
  try {
    return new RegExp(source, flags) instanceof RegExp;
  } catch {
    return false;
  }
}

/** Any text. Most readers of patterns do not count the ends of lines among `.`. */
const anything: PatternPart = {
  is: 'group',
  alternatives: [undefined, 10, 13].map((code) => [
    code === undefined ? { is: 'any', quantifier: '' } : { is: 'char', code, quantifier: '' },
  ]),
  quantifier: '*',
};

/** Makes a pattern hold for the whole text at one side, without the sign for it: `^a` becomes `a`, and `a` becomes `…a`. */
function anchor(parts: PatternPart[], side: 'start' | 'end'): PatternPart[] {
  const outer = side === 'start' ? parts[0] : parts.at(-1);
  const rest = side === 'start' ? parts.slice(1) : parts.slice(0, -1);
  const join = (part: PatternPart): PatternPart[] => (side === 'start' ? [part, ...rest] : [...rest, part]);
  if (outer?.is === side) return rest;
  if (outer?.is === 'group' && outer.quantifier === '' && hasSide(outer, side)) {
    return join({ ...outer, alternatives: outer.alternatives.map((inner) => anchor(inner, side)) });
  }
  if (outer?.is === 'any' && outer.quantifier === '*') return join(anything);
  return side === 'start' ? [anything, ...parts] : [...parts, anything];
}

function hasSide(group: PatternPart & { is: 'group' }, side: 'start' | 'end'): boolean {
  return group.alternatives.some((parts) => {
    const outer = side === 'start' ? parts[0] : parts.at(-1);
    return outer?.is === side || (outer?.is === 'group' && hasSide(outer, side));
  });
}

function writeParts(parts: readonly PatternPart[]): string | undefined {
  const written = parts.map(writePart);
  return written.every((part) => part !== undefined) ? written.join('') : undefined;
}

function writePart(part: PatternPart): string | undefined {
  switch (part.is) {
    case 'char': {
      const char = writeChar(part.code);
      return part.code > 0xffff && part.quantifier !== ''
        ? `(?:${char})${part.quantifier}`
        : char + part.quantifier;
    }
    case 'any':
      return `.${part.quantifier}`;
    case 'set':
      return writeSet(part);
    case 'group':
      return writeGroup(part);
    default:
      // The beginning or the end of the text, in the middle of the pattern.
      return undefined;
  }
}

// A grammar has no empty alternative, so `(a|)` becomes `(?:a)?`.
function writeGroup({ alternatives, quantifier }: PatternPart & { is: 'group' }): string | undefined {
  const filled = alternatives.filter(({ length }) => length > 0);
  const written = filled.map(writeParts);
  if (filled.length === 0 || !written.every((text) => text !== undefined)) return undefined;
  const group = `(?:${written.join('|')})`;
  if (filled.length === alternatives.length) return group + quantifier;
  return quantifier === '' ? `${group}?` : `(?:${group}?)${quantifier}`;
}

function writeChar(code: number): string {
  const char = String.fromCodePoint(code);
  if (/[\^$.*+?()[\]{}|\\]/.test(char)) return `\\${char}`;
  return writeControl(code) ?? char;
}

function writeControl(code: number): string | undefined {
  const name = ({ 9: 't', 10: 'n', 13: 'r' } as Record<number, string | undefined>)[code];
  if (name !== undefined) return `\\${name}`;
  return code < 32 || code === 127 ? toHex(code) : undefined;
}

function toHex(code: number): string {
  return `\\x${code.toString(16).padStart(2, '0')}`;
}

function writeSet({ negated, ranges, quantifier }: PatternPart & { is: 'set' }): string | undefined {
  // Without the flag `u`, JavaScript reads such a character as two.
  if (ranges.length === 0 || ranges.some(([, to]) => to > 0xffff)) return undefined;
  const isHyphen = ([from, to]: [number, number]): boolean => from === 45 && to === 45;
  const written = ranges
    .filter((range) => !isHyphen(range))
    .map(([from, to]) => (from === to ? writeInSet(from) : `${writeInSet(from)}-${writeInSet(to)}`));
  return `[${negated ? '^' : ''}${written.join('')}${ranges.some(isHyphen) ? '-' : ''}]${quantifier}`;
}

function writeInSet(code: number): string {
  if (code === 45 || code === 94) return toHex(code);
  const char = String.fromCodePoint(code);
  if (char === '[' || char === ']' || char === '\\') return `\\${char}`;
  return writeControl(code) ?? char;
}
