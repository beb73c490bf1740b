import { mkdir, readFile } from 'node:fs/promises';
import type { Profiler } from 'node:inspector';
import { fileURLToPath } from 'node:url';
import { load } from './load/load.ts';
import { type Ask, toBytes, toHttp } from './load/request.ts';
import { startOrThrow } from './run/child.ts';
import { pinLoad } from './run/cores.ts';
import { procedures } from './sections/calls.ts';
import { findTarget, nameOf } from './target.ts';

// Shows where a warmed-up server spends its time: `profile ours-express [hello|rows|list] [tools]`.

const seconds = 5;
const shown = 30;

const [name = 'ours-express', what = 'hello', tools = '10'] = process.argv.slice(2);
const ask: Ask =
  what === 'list'
    ? { method: 'tools/list' }
    : { procedure: what, input: procedures[what as keyof typeof procedures] };

pinLoad();
const server = await startOrThrow(findTarget(name), { fillers: Number(tools) - 2 });
const request = toBytes(toHttp(server.target.protocol, ask), 'keep-alive');
await load(server.port, request, { connections: 64, ms: 1500 });
const folder = fileURLToPath(new URL('../.data/', import.meta.url));
await mkdir(folder, { recursive: true });
const file = `${folder}${nameOf(server.target)}-${what}.cpuprofile`;
const profiled = server.profile(seconds * 1000, file);
const before = await server.usage();
const { requests } = await load(server.port, request, { connections: 64, ms: seconds * 1000 });
const after = await server.usage();
await profiled;
server.stop();

const selfTimes = toSelfTimes(JSON.parse(await readFile(file, 'utf8')) as Profiler.Profile);
const total = [...selfTimes.values()].reduce((sum, time) => sum + time, 0);
console.log(
  `${requests} requests, ${((after.cpuUs - before.cpuUs) / requests).toFixed(1)} µs of server CPU each`,
);
console.log(`The whole profile: ${file}\n\n  share  µs/request  function`);
for (const [place, time] of [...selfTimes].toSorted(([, a], [, b]) => b - a).slice(0, shown)) {
  const share = ((100 * time) / total).toFixed(1).padStart(6);
  console.log(`${share}%  ${(time / requests).toFixed(2).padStart(10)}  ${place}`);
}

/** The self time of each function in microseconds, without idle time. */
function toSelfTimes({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Map<string, number> {
  const places = new Map(nodes.map(({ id, callFrame }) => [id, toPlace(callFrame)]));
  const times = new Map<string, number>();
  for (const [index, node] of samples.entries()) {
    const place = places.get(node)!;
    if (place !== '(idle)') times.set(place, (times.get(place) ?? 0) + (timeDeltas[index] ?? 0));
  }
  return times;
}

function toPlace({ functionName, url, lineNumber }: Profiler.ProfileNode['callFrame']): string {
  const source = url.split('/node_modules/').at(-1)!.split('/').slice(-4).join('/');
  const label = functionName || '(anonymous)';
  return source ? `${label}  ${source}:${lineNumber + 1}` : label;
}
