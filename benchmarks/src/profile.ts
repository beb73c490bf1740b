import { mkdir, readFile } from 'node:fs/promises';
import type { Profiler } from 'node:inspector';
import { fileURLToPath } from 'node:url';
import { load } from './load/load.ts';
import { type Ask, toBytes, toHttp } from './load/request.ts';
import { startOrThrow } from './run/child.ts';
import { pinLoad } from './run/cores.ts';
import { procedures } from './sections/all-calls.ts';
import { findTarget, nameOf } from './target.ts';

// Shows where a warmed-up server spends its time: `profile ours-express [hello|rows|list] [tools] [seconds]`.

const shown = 30;
const warmUpRequests = 20_000;
const longestWarmUpMs = 40_000;

const [name = 'ours-express', what = 'hello', tools = '10', seconds = '5'] = process.argv.slice(2);
const ms = Number(seconds) * 1000;
const ask: Ask =
  what === 'list'
    ? { method: 'tools/list' }
    : { procedure: what, input: procedures[what as keyof typeof procedures] };

pinLoad();
const server = await startOrThrow(findTarget(name), { fillers: Number(tools) - 2 });
const request = toBytes(toHttp(server.target.protocol, ask), 'keep-alive');
// Until everything that is called often is compiled, which takes a number of requests.
const late = performance.now() + longestWarmUpMs;
for (let left = warmUpRequests; left > 0 && performance.now() < late;)
  left -= (await load(server.port, request, { connections: 64, ms: 1000 })).requests;
const folder = fileURLToPath(new URL('../.data/', import.meta.url));
await mkdir(folder, { recursive: true });
const file = `${folder}${nameOf(server.target)}-${what}.cpuprofile`;
const profiled = server.profile(ms, file);
const before = await server.usage();
const { requests } = await load(server.port, request, { connections: 64, ms });
const after = await server.usage();
await profiled;
server.stop();

const selfTimes = toSelfTimes(JSON.parse(await readFile(file, 'utf8')) as Profiler.Profile);
const total = [...selfTimes.values()].reduce((sum, time) => sum + time, 0);
console.log(
  `${requests} requests, ${((after.cpuUs - before.cpuUs) / requests).toFixed(1)} µs of server CPU each`,
);
console.log(`The whole profile: ${file}`);
const byPackage = new Map<string, number>();
for (const [place, time] of selfTimes)
  byPackage.set(toPackage(place), (byPackage.get(toPackage(place)) ?? 0) + time);
print('function', selfTimes);
print('package', byPackage);

function print(title: string, times: ReadonlyMap<string, number>): void {
  console.log(`\n  share  µs/request  ${title}`);
  for (const [place, time] of [...times].toSorted(([, a], [, b]) => b - a).slice(0, shown)) {
    const share = ((100 * time) / total).toFixed(1).padStart(6);
    console.log(`${share}%  ${(time / requests).toFixed(2).padStart(10)}  ${place}`);
  }
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

/** `writeHead  node:_http_server:341`, or `parse  zod/v4/core/parse.js:4`: a function, and where it stands. */
function toPlace({ functionName, url, lineNumber }: Profiler.ProfileNode['callFrame']): string {
  const source = url.split('/node_modules/').at(-1)!;
  const short = url.includes('/node_modules/') ? source : source.split('/').slice(-4).join('/');
  const label = functionName || '(anonymous)';
  return source ? `${label}  ${short}:${lineNumber + 1}` : label;
}

/** The package of a function. What has no file is V8, or C++ of Node. */
function toPackage(place: string): string {
  const source = place.split('  ')[1];
  if (source === undefined) return place.startsWith('(garbage') ? 'garbage collector' : 'V8 and C++';
  if (source.startsWith('node:')) return 'JavaScript of Node';
  return /^(?:@[^/]+\/)?[^/]+/.exec(source)![0];
}
