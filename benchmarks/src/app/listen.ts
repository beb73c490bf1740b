import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { Server } from 'node:net';
import type { ServerShape } from '../target.ts';

/** Starts a server and resolves to its port. A module of `targets/` exports one of these for each host. */
export type Start = (shape: ServerShape) => Promise<number>;

export async function listen(listener: RequestListener): Promise<number> {
  return listenOn(createServer(listener));
}

export async function listenOn(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return portOf(server);
}

export function portOf(server: { address(): unknown }): number {
  return (server.address() as { port: number }).port;
}

/** Reads the whole body as text, in the fastest way. */
export function readText(req: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => resolve((chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)).toString()));
    req.on('error', reject);
  });
}
