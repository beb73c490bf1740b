import { BarController, BarElement, CategoryScale, Chart, LinearScale, Tooltip } from 'chart.js';
import { useEffect, useRef } from 'react';
import { useDarkTheme } from '../../parts/use-dark-theme.ts';
import { toCell } from './cell.ts';
import type { Series } from './series.ts';

Chart.register(BarController, BarElement, CategoryScale, LinearScale, Tooltip);

/** A bar for each time. One that is still running has another colour. */
export function SeriesChart({ series }: { series: Series }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const isDark = useDarkTheme();
  useEffect(() => {
    const chart = canvas.current && drawChart(canvas.current, series);
    return () => chart?.destroy();
  }, [series, isDark]);
  return (
    <div className="chart-box">
      <canvas ref={canvas} role="img" aria-label={`Bar chart. ${describe(series)}`} />
    </div>
  );
}

/** Says all that the chart shows, for people who do not see it. */
function describe({ title, key, points }: Series): string {
  return `${title}: ${points.map(({ label, value }) => `${label} ${toCell(key, value)}`).join(', ')}.`;
}

function drawChart(canvas: HTMLCanvasElement, { title, key, points }: Series): Chart {
  const style = getComputedStyle(canvas);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const axis = { border: { color: color('--line') } };
  const ticks = { color: color('--faint') };
  return new Chart(canvas, {
    type: 'bar',
    data: {
      labels: points.map(({ label, isRunning }) => (isRunning ? `${label}, running` : label)),
      datasets: [
        {
          label: title,
          data: points.map(({ value }) => value),
          backgroundColor: points.map(({ isRunning }) => color(isRunning ? '--accent-faint' : '--accent')),
          borderColor: color('--accent'),
          borderWidth: points.map(({ isRunning }) => (isRunning ? 1 : 0)),
          borderRadius: 3,
        },
      ],
    },
    options: {
      animation: false,
      maintainAspectRatio: false,
      scales: {
        x: { ...axis, ticks, grid: { display: false } },
        y: {
          ...axis,
          beginAtZero: true,
          grid: { color: color('--line') },
          ticks: { ...ticks, callback: (value) => toCell(key, value) },
        },
      },
      plugins: {
        tooltip: {
          displayColors: false,
          callbacks: { label: ({ parsed }) => `${title}: ${toCell(key, parsed.y)}` },
        },
      },
    },
  });
}
