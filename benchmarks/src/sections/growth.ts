import { startOrThrow } from '../run/child.ts';
import { measure, type Pace, type Run, type Series } from '../run/measure.ts';
import { findTarget } from '../target.ts';

/** One size, measured on our endpoint and on tRPC's. */
export interface GrowthResult {
  size: number;
  ours: Series;
  trpc: Series;
}

export const rowCounts = [1, 10, 100, 1000];
export const depths = [0, 5, 10, 20];

/** How the cost of a call grows with its result and with the middleware above it, on Express. */
export async function measureGrowth(
  pace: Pace,
): Promise<{ rows: GrowthResult[]; middleware: GrowthResult[] }> {
  const ours = await startOrThrow(findTarget('ours-express'), { depths });
  const trpc = await startOrThrow(findTarget('trpc-express'), { depths });
  const runs = [ours, trpc].flatMap((server): Run[] => {
    const { family } = server.target;
    const connections = 16;
    return [
      ...rowCounts.map((count) => ({
        key: `${family} rows ${count}`,
        server,
        ask: { procedure: 'rows', input: { count } },
        connections,
      })),
      ...depths.map((depth) => ({
        key: `${family} middleware ${depth}`,
        server,
        ask: { procedure: `deep${depth}`, input: { name: 'Ada' } },
        connections,
      })),
    ];
  });
  const series = await measure(runs, pace);
  ours.stop();
  trpc.stop();
  const toResults = (kind: 'rows' | 'middleware', sizes: readonly number[]) =>
    sizes.map((size) => ({
      size,
      ours: series.get(`ours ${kind} ${size}`)!,
      trpc: series.get(`trpc ${kind} ${size}`)!,
    }));
  return { rows: toResults('rows', rowCounts), middleware: toResults('middleware', depths) };
}
