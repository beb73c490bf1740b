import type { Tool } from '@modelcontextprotocol/client';
import { type ReactNode, useState } from 'react';
import { revealHidden } from '../parts/hidden-characters.ts';
import type { Tab } from '../parts/tabs.tsx';
import { ChartView } from './chart-view.tsx';
import { offerChart } from './chart.ts';
import { columnsOf, shortText } from './columns.ts';
import { JsonTree } from './json-tree.tsx';
import type { Rows } from './rows.ts';
import { Table } from './table.tsx';

/** The views of lists of rows: a table, and a chart where they can be drawn. */
export function tabsOfRows(tool: Tool, lists: readonly Rows[]): Tab[] {
  const tables = lists.map((list) => {
    const columns = columnsOf(list.rows);
    return { ...list, columns, offer: offerChart(list.rows, columns) };
  });
  type Shown = (typeof tables)[number];
  const charts = tables.filter(({ offer }) => offer !== undefined);
  return [
    {
      name: 'table',
      title: 'Table',
      make: () => (
        <OneOf tables={tables}>
          {({ name, rows, columns, beside }: Shown) => (
            <>
              <Beside values={beside} />
              <Table rows={rows} columns={columns} name={name ? `${tool.name}.${name}` : tool.name} />
            </>
          )}
        </OneOf>
      ),
    },
    ...(charts.length > 0
      ? [
          {
            name: 'chart',
            title: 'Chart',
            make: () => (
              <OneOf tables={charts}>
                {({ rows, offer }: Shown) => offer && <ChartView rows={rows} offer={offer} />}
              </OneOf>
            ),
          },
        ]
      : []),
  ];
}

/** Lets the person choose among several lists of a result. */
function OneOf<T extends Rows>({
  tables,
  children,
}: {
  tables: readonly T[];
  children: (table: T) => ReactNode;
}) {
  const [index, setIndex] = useState(0);
  const table = tables[index];
  return (
    <>
      {tables.length > 1 && (
        <label>
          Rows of{' '}
          <select value={index} onChange={(event) => setIndex(Number(event.target.value))}>
            {tables.map(({ name, rows }, each) => (
              <option key={each} value={each}>
                {revealHidden(name.slice(0, 80)) || 'the result'} ({rows.length})
              </option>
            ))}
          </select>
        </label>
      )}
      {table && <div key={index}>{children(table)}</div>}
    </>
  );
}

/** What the result says beside its rows: totals, counts, the next cursor. */
function Beside({ values }: { values: Rows['beside'] }) {
  const shown = values.filter(([, value]) => value !== null && value !== undefined).slice(0, 40);
  if (shown.length === 0) return null;
  return (
    <dl className="beside">
      {shown.map(([name, value], index) => (
        <div key={index}>
          <dt>{revealHidden(name.slice(0, 60))}</dt>
          <dd>
            {typeof value === 'object' ? (
              <JsonTree value={value} label={`Value of ${name.slice(0, 60)}`} />
            ) : (
              revealHidden(shortText(value, 500))
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
