import { readBody } from '../load/body.ts';
import { type Connection, open } from '../load/connection.ts';
import { type Ask, toBytes, toHttp } from '../load/request.ts';
import { startOrThrow } from '../run/child.ts';
import { findTarget, type Protocol } from '../target.ts';

export interface IdleResult {
  clients: number;
  /** The memory that the server keeps for a client that has connected, called and become idle. */
  bytesEach: number;
}

const atOnce = 32;
const warmUp = 2000;

/** Connects this many clients of both eras, and measures what the server keeps for them. */
export async function measureIdle(clients: number): Promise<IdleResult> {
  const server = await startOrThrow(findTarget('ours-express'));
  // The first clients fill what all clients share: some 800 kB of code and caches, however few they are.
  await visit(server.port, Math.max(warmUp, Math.ceil(clients / 4)));
  const before = await server.usage(true);
  await visit(server.port, clients);
  const after = await server.usage(true);
  server.stop();
  return { clients, bytesEach: (after.heapBytes - before.heapBytes) / clients };
}

async function visit(port: number, clients: number): Promise<void> {
  let left = clients;
  const worker = async () => {
    while (left-- > 0) await introduce(port, left % 2 === 0 ? '2026-07-28' : '2025-11-25');
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  // The server notices a little later that the last clients have gone.
  await new Promise((resolve) => setTimeout(resolve, 500));
}

async function introduce(port: number, protocol: Protocol): Promise<void> {
  const connection = await open(port);
  const method = protocol === '2026-07-28' ? 'server/discover' : 'initialize';
  await send(connection, protocol, { method });
  await send(connection, protocol, { method: 'tools/list' });
  await send(connection, protocol, { procedure: 'hello', input: { name: 'Ada' } });
  connection.close();
}

async function send(connection: Connection, protocol: Protocol, ask: Ask): Promise<void> {
  const answer = await connection.send(toBytes(toHttp(protocol, ask), 'keep-alive'));
  if (answer.status !== 200) throw new Error(`the answer is ${answer.status}: ${readBody(answer)}`);
}
