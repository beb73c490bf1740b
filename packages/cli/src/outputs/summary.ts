import type { Outputs } from './outputs.ts';
import type { OpenPlace } from './open-places.ts';
import type { ProcedureReport } from './read-outputs.ts';

/** How much is known of the outputs. */
export interface Summary {
  procedures: number;
  /** Those of which something is known. */
  typed: number;
  /** Those with places of which nothing is known. */
  open: number;
}

export function summarize({ procedures }: Outputs): Summary {
  return {
    procedures: procedures.length,
    typed: procedures.filter(({ known }) => known !== 'open').length,
    open: procedures.filter(({ open }) => open.length > 0).length,
  };
}

/** How many procedures, and places of each, are told. `--json` has all. */
const mostProcedures = 10;
const mostPlaces = 3;

/** Says how much is known, and what is not, in lines for a person. */
export function describeOutputs(outputs: Outputs): string[] {
  const { procedures, typed, open } = summarize(outputs);
  if (procedures === 0)
    return ['No exposed procedure is without .output(); --all reads all procedures of the router.'];
  const incomplete = outputs.procedures.filter((each) => each.open.length > 0);
  const shown = incomplete.slice(0, mostProcedures).map(describe);
  const rest = incomplete.length - shown.length;
  const rows = [...shown, ...(rest > 0 ? [`and ${rest} more; --json has all`] : [])];
  const head = `${typed} of ${procedures} typed`;
  const lines =
    open === 0
      ? [`${head}.`]
      : [`${head}, ${open} ${open === 1 ? 'has' : 'have'} any:`, ...rows.map((row) => `  ${row}`)];
  const reasons = new Set(incomplete.flatMap((each) => each.open.map(({ reason }) => reason)));
  return [
    ...lines,
    ...[...reasons].flatMap((reason) => (advice[reason] === undefined ? [] : [advice[reason]])),
  ];
}

function describe({ path, open }: ProcedureReport): string {
  const places = open.slice(0, mostPlaces).map(describePlace);
  const rest = open.length - places.length;
  return `${path} (${[...places, ...(rest > 0 ? [`and ${rest} more`] : [])].join(', ')})`;
}

function describePlace({ place, reason }: OpenPlace): string {
  return place === '' ? reason : `${place}: ${reason}`;
}

/** What to do about a reason. */
const advice: Readonly<Record<string, string | undefined>> = {
  error: 'error: TypeScript could not make the type; `npx tsc --noEmit` says why.',
  'too large': 'too large: give the procedure .output(), or a return type with fewer types in it.',
  'nested too deeply': 'nested too deeply: the type grows without an end; give the procedure .output().',
};
