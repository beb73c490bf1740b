import { useMemo } from 'react';
import { toLists } from './data.ts';
import { SeriesChart } from './series-chart.tsx';
import { toSeries } from './series.ts';
import { Table } from './table.tsx';

/** Draws what a tool returned: numbers over time as a chart, other lists as a table. */
export function Figures({ data, title }: { data: unknown; title: string }) {
  const { rows, series } = useMemo(() => choose(data), [data]);
  if (!rows) return undefined;
  if (!series) return <Table rows={rows} title={title} />;
  return (
    <figure className="figure">
      <figcaption>{title}</figcaption>
      <SeriesChart series={series} />
      <details>
        <summary>The same as a table</summary>
        <Table rows={rows} title={title} />
      </details>
    </figure>
  );
}

function choose(data: unknown) {
  const lists = toLists(data);
  for (const rows of lists) {
    const series = toSeries(rows);
    if (series) return { rows, series };
  }
  return { rows: lists[0], series: undefined };
}
