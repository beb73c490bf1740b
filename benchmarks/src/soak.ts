import { parseArgs } from 'node:util';
import { readBody } from './load/body.ts';
import { type Connection, open } from './load/connection.ts';
import { createMix, pick } from './load/mix.ts';
import { pickVisit } from './load/visits/pick.ts';
import { judge, type Window } from './report/verdict.ts';
import { startOrThrow } from './run/child.ts';
import { pinLoad } from './run/cores.ts';
import { quantile } from './run/stats.ts';
import { findTarget } from './target.ts';

// Runs a mixed load for some minutes, with clients that hang up, that cancel calls in batches and sessions, that abandon
// idempotency keys, that have tasks, that lose connections and take streams up again, and whose sessions move between two
// handlers: `soak [minutes] [target]`. Then it waits until everything has expired, and looks at what is left. Exits with 1 if
// a check fails.

const clients = 64;
const visitors = 24;
const hangUpShare = 0.03;
const windows = 40;
/** Longer than anything is kept: a task twice its time and a minute more, a session, and a connection of `fetch`. */
const restMs = 160_000;

const { positionals } = parseArgs({ allowPositionals: true });
const [minutes = '10', name = 'ours-express'] = positionals;
const totalMs = Number(minutes) * 60_000;
const windowMs = totalMs / windows;

pinLoad();
const server = await startOrThrow(findTarget(name), { soak: true });
const mix = createMix();
const atStart = await server.held();
const complaints = new Map<string, number>();
const over = new AbortController();
let latencies: number[] = [];
let requests = 0;
let hangUps = 0;
let visits = 0;

const load = Promise.all([
  ...Array.from({ length: clients }, client),
  ...Array.from({ length: visitors }, visitor),
]);
const seen: Window[] = [];
for (let index = 0; index < windows; index++) {
  await new Promise((resolve) => setTimeout(resolve, windowMs));
  const sorted = Float64Array.from(latencies).toSorted();
  latencies = [];
  const { heapBytes, handles, entries } = await server.usage(true);
  const window = {
    p99: quantile(sorted, 0.99),
    perSecond: (1000 * sorted.length) / windowMs,
    heapBytes,
    handles,
    entries,
  };
  seen.push(window);
  console.log(
    `${((index + 1) * (windowMs / 1000)).toFixed(0).padStart(5)} s  ${window.perSecond.toFixed(0).padStart(6)}/s  ` +
      `p99 ${window.p99.toFixed(1).padStart(6)} ms  heap ${(heapBytes / 1e6).toFixed(1).padStart(6)} MB  ${handles} handles  ${entries} entries`,
  );
}
over.abort();
await load;
await new Promise((resolve) => setTimeout(resolve, restMs));
const atRest = { ...(await server.usage(true)), held: await server.held() };
server.stop();

console.log(
  `\n${requests} requests, ${hangUps} of them hung up on, ${visits} visits; at rest ${atRest.handles} handles, ${(atRest.heapBytes / 1e6).toFixed(1)} MB`,
);
for (const [complaint, times] of complaints) console.log(`${times} × ${complaint}`);
const verdict = judge(
  seen,
  atStart,
  atRest,
  [...complaints.values()].reduce((sum, times) => sum + times, 0),
);
for (const { title, isMet, figures } of verdict)
  console.log(`${isMet ? 'ok  ' : 'BAD '} ${title}: ${figures}`);
process.exit(verdict.every(({ isMet }) => isMet) ? 0 : 1);

async function client(): Promise<void> {
  let connection: Connection | undefined;
  while (!over.signal.aborted) {
    const kind = pick(mix);
    requests++;
    try {
      connection ??= await open(server.port);
      const before = performance.now();
      const answered = connection.send(kind.bytes);
      if (Math.random() < hangUpShare) {
        answered.catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
        connection.close();
        connection = undefined;
        hangUps++;
        continue;
      }
      const answer = await answered;
      latencies.push(performance.now() - before);
      const body = readBody(answer);
      if (!kind.isRight(answer.status, JSON.parse(body) as object))
        complain(`${answer.status} ${body.slice(0, 200)}`);
    } catch (error) {
      connection = undefined;
      complain(error instanceof Error ? error.message : String(error));
    }
  }
  connection?.close();
}

/** Does one of the things after another that need more than one request. */
async function visitor(): Promise<void> {
  while (!over.signal.aborted) {
    visits++;
    const visit = pickVisit();
    try {
      await visit(server.port);
    } catch (error) {
      complain(`${visit.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function complain(complaint: string): void {
  complaints.set(complaint, (complaints.get(complaint) ?? 0) + 1);
}
