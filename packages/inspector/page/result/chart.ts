import { type Column, compareValues, shortText, valueAt } from './columns.ts';

/** What a chart shows: a number for each time or category. */
export interface ChartChoice {
  kind: 'line' | 'bar';
  x: Column;
  /** The columns whose numbers are drawn. `undefined` counts the rows. */
  ys: readonly (Column | undefined)[];
}

/** The columns that a chart can have, and the chart that fits best. */
export interface ChartOffer {
  xs: readonly Column[];
  ys: readonly Column[];
  best: ChartChoice;
}

/** The points of a chart, in the order in which they are drawn. */
export interface ChartData {
  labels: readonly string[];
  /** The instants of the labels, in milliseconds since 1970, where they have unequal distances. */
  times: readonly number[] | undefined;
  series: readonly { name: string; values: readonly (number | null)[] }[];
  /** Whether a label stands for several rows, whose numbers are added. */
  isSummed: boolean;
  /** How many labels were left out. */
  left: number;
}

/** Says whether rows can be drawn: they have a time or a category, and numbers that are no ids. */
export function offerChart(rows: readonly unknown[], columns: readonly Column[]): ChartOffer | undefined {
  if (rows.length < 2) return undefined;
  const times = columns.filter(({ kind }) => kind === 'time');
  const categories = columns.filter(
    (column) => (column.kind === 'text' || column.kind === 'boolean') && isCategory(rows, column),
  );
  const ys = columns.filter(({ kind, name }) => kind === 'number' && !isId(name));
  const [time] = times;
  const x = time ?? categories[0];
  const [y] = ys;
  if (!x || !y) return undefined;
  return {
    xs: [...times, ...categories],
    ys,
    best: {
      kind: x === time ? 'line' : 'bar',
      x,
      // Percents and counts have no axis in common.
      ys: ys.filter(({ name }) => isShare(name) === isShare(y.name)).slice(0, mostSeries),
    },
  };
}

/** Collects the points. Rows with the same label are added up. */
export function toChartData(rows: readonly unknown[], { x, ys }: ChartChoice): ChartData {
  const groups = new Map<string, { x: unknown; rows: unknown[] }>();
  for (const row of rows) {
    const value = valueAt(row, x);
    if (value === undefined) continue;
    const label = shortText(value, 200);
    const group = groups.get(label);
    if (group) group.rows.push(row);
    else groups.set(label, { x: value, rows: [row] });
  }
  const all = [...groups.values()];
  if (x.kind === 'time') all.sort((one, other) => compareValues('time', one.x, other.x));
  const shown = all.slice(0, mostPoints);
  const times = x.kind === 'time' ? shown.map((group) => Date.parse(String(group.x))) : undefined;
  return {
    labels: toLabels(shown.map((group) => shortText(group.x, 40))),
    times: times && !areEven(times) ? times : undefined,
    series: ys.map((y) => ({
      name: y?.name ?? 'Rows',
      values: shown.map((group) => (y ? sum(group.rows, y) : group.rows.length)),
    })),
    isSummed: shown.some((group) => group.rows.length > 1),
    left: all.length - shown.length,
  };
}

/** More lines than this are no chart that anybody can read. */
export const mostSeries = 5;
const mostPoints = 1000;
const mostCategories = 60;

function isCategory(rows: readonly unknown[], column: Column): boolean {
  const values = new Set<unknown>();
  for (const row of rows) {
    const value = valueAt(row, column);
    if (typeof value === 'string' && value.length > 80) return false;
    values.add(value);
    if (values.size > mostCategories) return false;
  }
  return values.size > 1;
}

/** Midnights are days: `2026-01-31T00:00:00.000Z` is `2026-01-31`, if all of them are. */
function toLabels(labels: readonly string[]): readonly string[] {
  const midnight = /^(\d{4}-\d{2}-\d{2})T00:00(?::00(?:\.0+)?)?Z$/;
  return labels.every((label) => midnight.test(label))
    ? labels.map((label) => label.replace(midnight, '$1'))
    : labels;
}

function isShare(name: string): boolean {
  return /percent|ratio|share|rate$/i.test(name);
}

function isId(name: string): boolean {
  return /^(?:id|uuid|key|index)$|(?:[_-](?:id|ID)|[a-z]Id)$/.test(name);
}

/** Whether instants lie about as far from each other, as months do. */
function areEven(times: readonly number[]): boolean {
  const distances = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  const middle = distances.toSorted((one, other) => one - other)[Math.floor(distances.length / 2)] ?? 0;
  return distances.every((distance) => Math.abs(distance - middle) <= middle / 4);
}

function sum(rows: readonly unknown[], column: Column): number | null {
  let total: number | null = null;
  for (const row of rows) {
    const value = valueAt(row, column);
    if (typeof value === 'number') total = (total ?? 0) + value;
  }
  return total;
}
