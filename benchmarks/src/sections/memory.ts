import { execFileSync } from 'node:child_process';
import type { Socket } from 'node:net';
import { openListener } from '../load/listener.ts';
import { toBytes, toHttp } from '../load/request.ts';
import { openSession } from '../load/session.ts';
import type { Running } from '../run/child.ts';
import { toExact, toInterval } from '../run/interval.ts';
import { toNumber } from '../report/markdown.ts';
import type { Row } from '../report/row.ts';
import type { Section } from '../section.ts';
import { measureIdle } from './idle.ts';
import { withServers } from './servers.ts';

const atOnce = 32;
const parts = 10;

/** What a server keeps for clients that are there and do nothing. */
export const measureMemory: Section = async ({ scale }) => {
  const clients = Math.min(scale.clients, readMostClients());
  const listeners = await withServers({ server: ['ours-express'] }, ({ server }) =>
    measureListeners(server, clients),
  );
  const streams = await withServers({ server: ['stream-express'] }, ({ server }) =>
    measureListeners(server, clients),
  );
  const sessions = await withServers({ server: ['ours-express', { handler: 'sessions' }] }, ({ server }) =>
    growBy(server, clients, () => openSession(server.port)),
  );
  const idle = await measureIdle(clients);
  const count = toNumber(clients);
  return {
    rows: [
      ...toRows(`memory for each of ${count} idle SSE listeners`, { atMost: 12 }, listeners),
      ...toRows(`the same, streams of Express that nobody writes to`, undefined, streams),
      ...toRows(`memory for each of ${count} idle sessions of 2025`, { atMost: 8 }, sessions),
      {
        measure: `memory of an idle client without a session (${count} of them)`,
        // Heap sizes vary by some hundred kilobytes, which is a few bytes for each client.
        goal: { atMost: 0.064 },
        decides: toExact(idle.bytesEach / 1000),
        unit: 'kB',
        digits: 3,
      },
    ],
  };
};

/** What a server has kept for each client, in kB: one value for each tenth of the clients. */
interface Growth {
  heap: number[];
  resident: number[];
}

/** Each connection is an open file. More of them are opened than are counted, and a process has files of its own. */
function readMostClients(): number {
  const limit = Number(execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }));
  return Number.isNaN(limit) ? Number.POSITIVE_INFINITY : Math.floor((limit - 200) / 1.2);
}

async function measureListeners(server: Running, clients: number): Promise<Growth> {
  const params = { notifications: { toolsListChanged: true } };
  const sockets: Socket[] = [];
  // One caller may not have as many.
  const toRequest = () => {
    const headers = { authorization: `Bearer ${sockets.length}` };
    const http = toHttp('2026-07-28', { method: 'subscriptions/listen' }, { params, headers });
    return toBytes(http, 'keep-alive');
  };
  try {
    return await growBy(server, clients, async () => {
      sockets.push(await openListener(server.port, toRequest()));
    });
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

async function growBy(server: Running, clients: number, add: () => Promise<unknown>): Promise<Growth> {
  const growth: Growth = { heap: [], resident: [] };
  const each = Math.ceil(clients / parts);
  // The first clients fill what all clients share.
  await addMany(each, add);
  let before = await server.usage(true);
  for (let part = 0; part < parts; part++) {
    await addMany(each, add);
    const after = await server.usage(true);
    growth.heap.push((after.heapBytes - before.heapBytes) / each / 1000);
    growth.resident.push((after.residentBytes - before.residentBytes) / each / 1000);
    before = after;
  }
  return growth;
}

async function addMany(count: number, add: () => Promise<unknown>): Promise<void> {
  let left = count;
  const worker = async () => {
    while (left-- > 0) await add();
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

function toRows(measure: string, goal: Row['goal'], { heap, resident }: Growth): Row[] {
  const toRow = (title: string, values: readonly number[], asked: Row['goal']): Row => ({
    measure: title,
    goal: asked,
    decides: toInterval(values),
    unit: 'kB',
    digits: 1,
  });
  return [toRow(`${measure}: heap`, heap, goal), toRow('the same: resident', resident, undefined)];
}
