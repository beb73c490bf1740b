import { cut } from './explain/describe.ts';
import { findNearest } from '../nearest.ts';
import { formatPath, WireError, type WireIssue } from './wire-error.ts';

/** A key that an object schema does not know: where the object is, the key, and the keys that the schema knows. */
export interface UnknownArgument {
  at: readonly (string | number)[];
  /** A number for an item of a list that takes no more of them. */
  key: string | number;
  known: readonly string[];
  /** Other names of those that are known, such as what the app calls them. None of them is taken. */
  aliases?: ReadonlyMap<string, string>;
}

/** Thrown for arguments that the validator would drop. */
export class UnknownArguments extends WireError {
  /** Those that are told. */
  readonly first: readonly UnknownArgument[];
  override readonly count: number;

  constructor(first: readonly UnknownArgument[], count: number) {
    const { at, key } = first[0]!;
    super(wordsFor(first[0]!), [...at, key]);
    this.first = first;
    this.count = count;
  }

  override get issues(): WireIssue[] {
    return this.first.map((each) => ({
      path: formatPath([...each.at, each.key]),
      message: wordsFor(each),
    }));
  }

  /** Adds arguments of the root that are known besides those of the procedure. */
  withKnown(names: readonly string[]): UnknownArguments {
    const first = this.first.map((each) =>
      each.at.length === 0 ? { ...each, known: [...each.known, ...names] } : each,
    );
    return new UnknownArguments(first, this.count);
  }
}

const mostNames = 40;
const none: ReadonlyMap<string, string> = new Map();

function wordsFor({ key, known, aliases = none }: UnknownArgument): string {
  if (typeof key === 'number') return `one too many; this list takes ${key} ${key === 1 ? 'item' : 'items'}`;
  if (known.length === 0) return 'unknown; no keys are taken here';
  const found = findNearest(key, [...known, ...aliases.keys()]);
  const nearest = found === undefined ? undefined : (aliases.get(found) ?? found);
  const shown = known.slice(0, mostNames).map((name) => cut(name, 64));
  const list = `${shown.join(', ')}${known.length > mostNames ? ', …' : ''}`;
  return `unknown; ${nearest === undefined ? '' : `did you mean "${cut(nearest, 64)}"? `}the keys here are: ${list}`;
}
