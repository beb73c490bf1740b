import { BarController, BarElement, CategoryScale, Chart, LinearScale, Tooltip } from 'chart.js';
import { useEffect, useRef } from 'react';
import { useDarkTheme } from '../parts/use-dark-theme.ts';
import type { Week } from './use-sign-ups.ts';
import { toChange, toDay, toSummary } from './week.ts';

Chart.register(BarController, BarElement, CategoryScale, LinearScale, Tooltip);

/** A bar for each week. The running week has another colour, and says that it runs. */
export function SignUpChart({ weeks }: { weeks: readonly Week[] }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const isDark = useDarkTheme();
  useEffect(() => {
    const chart = canvas.current && drawChart(canvas.current, weeks);
    return () => chart?.destroy();
  }, [weeks, isDark]);
  return (
    <div className="chart">
      <canvas ref={canvas} role="img" aria-label={`Bar chart of sign-ups by week. ${toSummary(weeks)}`} />
    </div>
  );
}

function drawChart(canvas: HTMLCanvasElement, weeks: readonly Week[]): Chart {
  const style = getComputedStyle(canvas);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const axis = { border: { color: color('--line') }, ticks: { color: color('--faint') } };
  return new Chart(canvas, {
    type: 'bar',
    data: {
      labels: weeks.map((week) => (week.running ? 'running' : toDay(week))),
      datasets: [
        {
          label: 'Sign-ups',
          data: weeks.map(({ signUps }) => signUps),
          backgroundColor: weeks.map(({ running }) => color(running ? '--accent-faint' : '--accent')),
          borderColor: color('--accent'),
          borderWidth: weeks.map(({ running }) => (running ? 1 : 0)),
          borderRadius: 3,
        },
      ],
    },
    options: {
      animation: false,
      maintainAspectRatio: false,
      scales: {
        x: { ...axis, grid: { display: false } },
        y: { ...axis, beginAtZero: true, grid: { color: color('--line') } },
      },
      plugins: {
        tooltip: {
          displayColors: false,
          callbacks: {
            title: ([item]) => (item ? `Week of ${toDay(weeks[item.dataIndex]!)}` : ''),
            afterLabel: ({ dataIndex }) => `Change: ${toChange(weeks[dataIndex]!)}`,
          },
        },
      },
    },
  });
}
