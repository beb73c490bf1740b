import { cut } from './explain/describe.ts';
import { findNearest } from '../nearest.ts';
import { formatPath, WireError, type WireIssue } from './wire-error.ts';

/** A key that an object schema does not know: where the object is, the key, and the keys that the schema knows. */
export interface UnknownArgument {
  at: readonly (string | number)[];
  /** A number for an item of a list that takes no more of them. */
  key: string | number;
  known: readonly string[];
}

/** Thrown for arguments that the validator would drop. */
export class UnknownArguments extends WireError {
  /** Those that are told. */
  readonly first: readonly UnknownArgument[];
  override readonly count: number;

  constructor(first: readonly UnknownArgument[], count: number) {
    const { at, key, known } = first[0]!;
    super(wordsFor(key, known), [...at, key]);
    this.first = first;
    this.count = count;
  }

  override get issues(): WireIssue[] {
    return this.first.map(({ at, key, known }) => ({
      path: formatPath([...at, key]),
      message: wordsFor(key, known),
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

function wordsFor(key: string | number, known: readonly string[]): string {
  if (typeof key === 'number') return `one too many; this list takes ${key} ${key === 1 ? 'item' : 'items'}`;
  if (known.length === 0) return 'unknown; no keys are taken here';
  const nearest = findNearest(key, known);
  const shown = known.slice(0, mostNames).map((name) => cut(name, 64));
  const list = `${shown.join(', ')}${known.length > mostNames ? ', …' : ''}`;
  return `unknown; ${nearest === undefined ? '' : `did you mean "${cut(nearest, 64)}"? `}the keys here are: ${list}`;
}
