import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  type ChartConfiguration,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
} from 'chart.js';
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { revealHidden } from '../parts/hidden-characters.ts';
import { type ChartChoice, type ChartData, type ChartOffer, mostSeries, toChartData } from './chart.ts';
import { darkQuery, readColours, stillQuery } from './colours.ts';
import type { Column } from './columns.ts';

Chart.register(
  BarController,
  BarElement,
  CategoryScale,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
);

/** Rows as a chart of lines or bars. The person chooses its columns. */
export function ChartView({ rows, offer }: { rows: readonly unknown[]; offer: ChartOffer }) {
  const [choice, setChoice] = useState<ChartChoice>(offer.best);
  const data = useMemo(() => toChartData(rows, choice), [rows, choice]);
  const isChosen = (y: Column | undefined) => choice.ys.includes(y);
  const toggle = (y: Column | undefined) =>
    setChoice({ ...choice, ys: isChosen(y) ? choice.ys.filter((each) => each !== y) : [...choice.ys, y] });
  return (
    <>
      <div className="row">
        <label>
          Chart{' '}
          <select
            value={choice.kind}
            onChange={(event) =>
              setChoice({ ...choice, kind: event.target.value === 'line' ? 'line' : 'bar' })
            }
          >
            <option value="line">Line</option>
            <option value="bar">Bars</option>
          </select>
        </label>
        <label>
          Along{' '}
          <select
            value={offer.xs.indexOf(choice.x)}
            onChange={(event) =>
              setChoice({ ...choice, x: offer.xs[Number(event.target.value)] ?? choice.x })
            }
          >
            {offer.xs.map(({ name }, index) => (
              <option key={index} value={index}>
                {revealHidden(name.slice(0, 60))}
              </option>
            ))}
          </select>
        </label>
        <fieldset className="row">
          <legend>Numbers</legend>
          {[...offer.ys.slice(0, mostOffered), undefined].map((y, index) => (
            <label key={index}>
              <input
                type="checkbox"
                checked={isChosen(y)}
                disabled={isChosen(y) ? choice.ys.length === 1 : choice.ys.length >= mostSeries}
                onChange={() => toggle(y)}
              />{' '}
              {y ? revealHidden(y.name.slice(0, 60)) : 'Count of rows'}
            </label>
          ))}
        </fieldset>
      </div>
      <Drawing choice={choice} data={data} />
      <p className="faint">
        {data.isSummed && 'Rows with the same label are added up. '}
        {data.left > 0 && `${data.left.toLocaleString()} more labels are not drawn. `}
        The table has the same numbers.
      </p>
    </>
  );
}

const mostOffered = 12;

function Drawing({ choice, data }: { choice: ChartChoice; data: ChartData }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const isDark = useMedia(darkQuery);
  const isStill = useMedia(stillQuery);
  useEffect(() => {
    if (!canvas.current) return undefined;
    const chart = new Chart(canvas.current, toConfiguration(choice, data, isStill));
    return () => chart.destroy();
  }, [choice, data, isDark, isStill]);
  const names = data.series.map(({ name }) => name).join(', ');
  const what = choice.kind === 'line' ? 'Line chart' : 'Bar chart';
  return (
    <div className="chart">
      <canvas
        ref={canvas}
        role="img"
        aria-label={revealHidden(
          `${what} of ${names} by ${choice.x.name}, ${data.labels.length} points${rangeOf(data)}`.slice(
            0,
            500,
          ),
        )}
      />
    </div>
  );
}

function rangeOf({ labels }: ChartData): string {
  return labels.length === 0 ? '' : ` from ${labels[0]} to ${labels.at(-1)}`;
}

function toConfiguration(
  { kind }: ChartChoice,
  { labels, times, series }: ChartData,
  isStill: boolean,
): ChartConfiguration<'line' | 'bar', ({ x: number; y: number | null } | number | null)[]> {
  const colours = readColours(['accent', 'warn', 'good', 'bad', 'faint', 'text', 'line']);
  const palette = [colours.accent, colours.warn, colours.good, colours.bad, colours.faint];
  // A line keeps the true distances of its times. Bars stand side by side.
  const instants = kind === 'line' ? times : undefined;
  const axis = { ticks: { color: colours.faint }, grid: { color: colours.line } };
  return {
    type: kind,
    data: {
      labels: labels.map(revealHidden),
      datasets: series.map(({ name, values }, index) => ({
        label: revealHidden(name.slice(0, 80)),
        data: instants ? values.map((y, at) => ({ x: instants[at] ?? 0, y })) : [...values],
        borderColor: palette[index % palette.length]!,
        backgroundColor: palette[index % palette.length]!,
        borderWidth: kind === 'line' ? 2 : 0,
        pointRadius: labels.length > 60 ? 0 : 3,
        // Tells the lines apart for whoever does not tell the colours.
        borderDash: index === 0 ? [] : [index * 3, 3],
      })),
    },
    options: {
      responsive: true,
      maintainAspectRatio: false,
      ...(isStill && { animation: false as const }),
      interaction: { mode: 'index', intersect: false },
      plugins: {
        legend: { labels: { color: colours.text } },
        ...(instants && {
          tooltip: { callbacks: { title: ([item]) => (item ? toDay(Number(item.parsed.x)) : '') } },
        }),
      },
      scales: {
        x: instants
          ? {
              ...axis,
              type: 'linear',
              ticks: { ...axis.ticks, maxTicksLimit: 8, callback: (at) => toDay(Number(at)) },
            }
          : { ...axis, type: 'category' },
        y: { ...axis, beginAtZero: true },
      },
    },
  };
}

function toDay(time: number): string {
  return new Date(time).toLocaleDateString(undefined, { dateStyle: 'medium' });
}

function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (tell) => {
      const media = matchMedia(query);
      media.addEventListener('change', tell);
      return () => media.removeEventListener('change', tell);
    },
    () => matchMedia(query).matches,
  );
}
