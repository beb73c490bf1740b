import {
  columnFilteringFeature,
  createFilteredRowModel,
  createSortedRowModel,
  globalFilteringFeature,
  rowSortingFeature,
  tableFeatures,
  type TableOptions,
  useTable,
} from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { revealHidden } from '../parts/hidden-characters.ts';
import { type Column, compareValues, shortText, valueAt } from './columns.ts';
import { toCsv } from './csv.ts';
import { saveFile } from './save.ts';

/** Rows as a table that a person sorts, filters and takes along as CSV. Only the rows that can be seen are in the page. */
export function Table({
  rows,
  columns,
  name,
}: {
  rows: readonly unknown[];
  columns: readonly Column[];
  name: string;
}) {
  const [filter, setFilter] = useState('');
  const [told, setTold] = useState('');
  const shown = columns.slice(0, mostColumns);
  const options = useMemo(() => toOptions(rows, columns.slice(0, mostColumns)), [rows, columns]);
  const table = useTable(options);
  const deferred = useDeferredValue(filter);
  useEffect(() => table.setGlobalFilter(deferred), [table, deferred]);
  const sorted = table.getRowModel().rows;
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: sorted.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });
  const items = virtual.getVirtualItems();
  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  // Takes the rows that the filter leaves, in the order in which they are shown.
  const csv = () =>
    toCsv(
      sorted.map(({ original }) => original),
      columns,
    );
  const copy = async () => {
    await navigator.clipboard.writeText(csv()).then(
      () => setTold(`${sorted.length.toLocaleString()} rows are on the clipboard as CSV.`),
      () => setTold('The browser did not let this page write to the clipboard.'),
    );
  };
  return (
    <>
      <div className="row">
        <label>
          Filter rows{' '}
          <input type="search" value={filter} onChange={(event) => setFilter(event.target.value)} />
        </label>
        <span role="status">
          {sorted.length === rows.length
            ? toCount(rows.length)
            : `${sorted.length.toLocaleString()} of ${toCount(rows.length)}`}
        </span>
        <button type="button" onClick={() => saveFile(`${name}.csv`, csv())}>
          Download CSV
        </button>
        <button type="button" onClick={() => void copy()}>
          Copy CSV
        </button>
        <span role="status">{told}</span>
      </div>
      {columns.length > shown.length && (
        <p>
          The first {shown.length} of {columns.length.toLocaleString()} columns are shown. The CSV has all of
          them.
        </p>
      )}
      <div
        className="table-scroller"
        ref={scroller}
        tabIndex={0}
        role="region"
        aria-label={`Rows of ${name}`}
      >
        <table aria-rowcount={sorted.length + 1}>
          <thead>
            <tr aria-rowindex={1}>
              {table.getFlatHeaders().map(({ column }, index) => {
                const order = column.getIsSorted();
                return (
                  <th
                    key={column.id}
                    scope="col"
                    aria-sort={order === false ? 'none' : order === 'asc' ? 'ascending' : 'descending'}
                    className={shown[index]?.kind === 'number' ? 'number' : undefined}
                  >
                    <button type="button" onClick={() => column.toggleSorting(order === 'asc')}>
                      <bdi>{revealHidden(shortText(shown[index]?.name, 60))}</bdi>
                      <span aria-hidden="true">{order === false ? '' : order === 'asc' ? ' ▲' : ' ▼'}</span>
                    </button>
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody>
            {before > 0 && <tr aria-hidden="true" style={{ height: before }} />}
            {items.map(({ index }) => {
              const row = sorted[index];
              if (!row) return null;
              return (
                <tr key={row.id} aria-rowindex={index + 2} style={{ height: rowHeight }}>
                  {shown.map((column, each) => (
                    <td key={each} className={column.kind === 'number' ? 'number' : undefined}>
                      <bdi>{revealHidden(shortText(valueAt(row.original, column)))}</bdi>
                    </td>
                  ))}
                </tr>
              );
            })}
            {after > 0 && <tr aria-hidden="true" style={{ height: after }} />}
          </tbody>
        </table>
      </div>
    </>
  );
}

const toCount = (rows: number) => (rows === 1 ? '1 row' : `${rows.toLocaleString()} rows`);

const rowHeight = 33;
const mostColumns = 60;

const features = tableFeatures({
  rowSortingFeature,
  columnFilteringFeature,
  globalFilteringFeature,
  sortedRowModel: createSortedRowModel(),
  filteredRowModel: createFilteredRowModel(),
});
type Options = TableOptions<typeof features, object>;

/** Columns have their number as id, because a key may be any text: `__proto__`, or nothing. */
function toOptions(rows: readonly unknown[], columns: readonly Column[]): Options {
  return {
    features,
    data: rows as readonly object[],
    columns: columns.map((column, index) => ({
      id: `c${index}`,
      accessorFn: (row: unknown) => valueAt(row, column),
      sortUndefined: 'last' as const,
      sortFn: (one, other, id) => compareValues(column.kind, one.getValue(id), other.getValue(id)),
    })),
    getColumnCanGlobalFilter: () => true,
    globalFilterFn: (row, id, text: string) =>
      shortText(row.getValue(id), 10_000).toLowerCase().includes(text.toLowerCase()),
  };
}
