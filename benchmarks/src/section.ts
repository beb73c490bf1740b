import type { Generator } from './run/generator.ts';
import type { PairPace } from './run/pair.ts';
import type { Pace } from './run/measure.ts';
import type { Watch } from './run/watch.ts';
import type { Row } from './report/row.ts';

/** How much is measured. */
export interface Scale {
  pair: PairPace;
  /** For the tables of all targets. */
  survey: Pace;
  /** Idle clients of each kind. */
  clients: number;
  /** Processes that are started for what happens once in a process. */
  starts: number;
  typeChecks: number;
  /** Edits after which an editor asks for types. */
  edits: number;
}

/** What every section gets. */
export interface Bench {
  scale: Scale;
  watch: Watch;
  own: Generator;
  /** `undefined` where it is not installed. */
  wrk: Generator | undefined;
}

/** What a section has found. */
export interface Found {
  rows: readonly Row[];
  /** Further tables, in Markdown. */
  tables?: string;
}

export type Section = (bench: Bench) => Promise<Found>;
