import { check } from '../load/check.ts';
import { type Running, type Skipped, start } from '../run/child.ts';
import { measure, type Pace, type Run, type Series } from '../run/measure.ts';
import type { Usage } from '../server.ts';
import { nameOf, type Protocol, type Target, targets } from '../target.ts';

/** What is called by the tables of all targets, and by the profiler. */
export const procedures = { hello: { name: 'Ada' }, rows: { count: 100 } } as const;

export type ProcedureName = keyof typeof procedures;

/** 64 clients or one client that keep their connection, or clients that open a new connection for each request. */
export type Mode = '64' | '1' | 'new';

export interface CallResults {
  ran: { target: Target; memory: Usage }[];
  skipped: Skipped[];
  find(target: Target, procedure: ProcedureName, mode: Mode, protocol?: Protocol): Series | undefined;
}

/** Measures the same two procedures of a router of this size, on every target. */
export async function measureAllCalls(tools: number, pace: Pace): Promise<CallResults> {
  const running: Running[] = [];
  const skipped: Skipped[] = [];
  for (const started of await Promise.all(targets.map((target) => start(target, { fillers: tools - 2 })))) {
    if ('reason' in started) skipped.push(started);
    else if (await isRight(started, skipped)) running.push(started);
    else started.stop();
  }
  const runs = running.flatMap(toRuns);
  // Targets that are compared run right after one another.
  const order = ['hello 64', 'rows 64', 'hello 1', 'rows 1'];
  const series = await measure(
    order.flatMap((kind) => runs.filter(({ key }) => key.endsWith(kind))),
    pace,
  );
  const reconnecting = await measure(
    runs.filter(({ reconnect }) => reconnect),
    // Each connection keeps a port in use for a minute.
    { rounds: Math.min(3, pace.rounds), ms: Math.min(300, pace.ms), warmUpMs: 50 },
  );
  const ran = [];
  for (const server of running) {
    ran.push({ target: server.target, memory: await server.usage(true) });
    server.stop();
  }
  return {
    ran,
    skipped,
    find: (target, procedure, mode, protocol = target.protocol) => {
      const key = toKey(target, procedure, mode, protocol);
      return series.get(key) ?? reconnecting.get(key);
    },
  };
}

function toRuns(server: Running): Run[] {
  const { target } = server;
  const protocols: Protocol[] =
    target.family === 'ours' ? [target.protocol, '2025-11-25'] : [target.protocol];
  const toRun = (procedure: ProcedureName, mode: Mode, protocol = target.protocol): Run => ({
    key: toKey(target, procedure, mode, protocol),
    server,
    protocol,
    ask: { procedure, input: procedures[procedure] },
    connections: mode === '1' ? 1 : mode === 'new' ? 16 : 64,
    reconnect: mode === 'new',
  });
  return [
    ...protocols.flatMap((protocol) => [toRun('hello', '64', protocol), toRun('rows', '64', protocol)]),
    toRun('hello', '1'),
    toRun('rows', '1'),
    toRun('hello', 'new'),
  ];
}

/** A fast answer that is wrong does not count. */
async function isRight({ target, port }: Running, skipped: Skipped[]): Promise<boolean> {
  try {
    for (const procedure of ['hello', 'rows'] as const) {
      await check(port, target.protocol, { procedure, input: procedures[procedure] });
    }
    return true;
  } catch (error) {
    skipped.push({ target, reason: error instanceof Error ? error.message : String(error) });
    return false;
  }
}

function toKey(target: Target, procedure: ProcedureName, mode: Mode, protocol: Protocol): string {
  return [nameOf(target), protocol, procedure, mode].join(' ');
}
