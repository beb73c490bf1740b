import type { NoiseVerdict, Disturbance } from '../run/noise.ts';
import type { Found, Scale } from '../section.ts';
import { toNumber } from './markdown.ts';
import { type Row, toRowTable } from './row.ts';

/** All that one run has found. */
export interface Results {
  machine: string;
  versions: Record<string, string>;
  scale: Scale;
  isShort: boolean;
  /** What `wrk` calls itself. `undefined` where it is not installed. */
  wrk: string | undefined;
  noise: NoiseVerdict;
  disturbance: Disturbance | undefined;
  /** A target beside itself, before everything else and after it. */
  controls: readonly Row[];
  found: readonly Found[];
}

export function toMarkdown(results: Results): string {
  const { machine, versions, scale, isShort, wrk, controls, found } = results;
  const versionList = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const { blocks, ms, warmUpMs, warmUpRequests } = scale.pair;
  return `# Results

Written by \`pnpm --filter benchmarks bench\`; do not edit.${isShort ? ' **A short run: it shows that the benchmark works, and no figure of it is for quoting.**' : ''}

${machine}.
${versionList.join(', ')}.

${toNoiseText(results)}

## What was asked

${toRowTable([...controls, ...found.flatMap(({ rows }) => rows)])}
Each target is a process of its own, and its answer is checked before it is measured. Two targets are compared in ${blocks}
blocks of four rounds, in the order A B B A and then B A A B, of ${toNumber(ms / 1000, 1)} s each. Each side
runs for ${toNumber(warmUpMs / 1000, 1)} s and ${toNumber(warmUpRequests)} requests at least before that, which do not count. Each ratio is that of two neighbouring rounds. The figure is the
median of these ratios, with its 95 percent interval from their order.

- \`measured\` decides. For a ratio of calls it is taken from the time of the processor that the server used for each request,
  which says less about other programs on the machine than requests per second do. A ratio is above 1 where the first is faster.
- \`requests/s\` is the ratio of requests per second, at 64 connections where the table says nothing else.
- \`wrk\` is the same by another load generator, with 32 connections: first by the server's time, then by requests.
  ${wrk ? `It is ${wrk}.` : '**It is not installed here, so that its columns are empty:** `apt-get install wrk`.'}
- A goal is met if the whole interval is beyond it, and not met if none of it is. Otherwise the run cannot tell.
- \`hello\` is a query with zod in and out below one auth middleware. 100 rows are 18 kB, with dates.

${found.flatMap(({ tables }) => tables ?? []).join('\n')}`;
}

function toNoiseText({ noise, disturbance }: Results): string {
  const seen = disturbance
    ? ` Other programs used ${toNumber(100 * disturbance.others, 1)} % of the processors, and the host gave ${toNumber(100 * disturbance.steal, 1)} % of their time to others.`
    : ' The system does not tell what other programs did.';
  if (noise.isQuiet) return `The machine was quiet enough: a target beside itself came out as 1.${seen}`;
  const reasons = noise.reasons.map((reason) => `- ${reason}\n`).join('');
  return `**The machine was too noisy to tell.** Ratios near a goal say nothing, and other figures little:\n\n${reasons}`;
}
