import { connect, type Socket } from 'node:net';

/** An answer, read no further than is needed to know where it ends. */
export interface Answer {
  status: number;
  /** Its head and body as they came. */
  bytes(): Buffer;
}

/** A connection that has one request under way at a time, and costs the load generator as little as possible. */
export interface Connection {
  /** Rejects when the server hangs up first. */
  send(request: Buffer): Promise<Answer>;
  close(): void;
}

interface Waiting {
  chunks: Buffer[];
  /** Bytes that are missing; `undefined` until the head is read, and in a chunked body. */
  missing: number | undefined;
  isChunked: boolean;
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

export async function open(port: number): Promise<Connection> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return serve(socket);
}

function serve(socket: Socket): Connection {
  let waiting: Waiting | undefined;
  socket.on('error', () => undefined); // `close` follows
  socket.on('close', () => {
    waiting?.reject(new Error('the server hung up'));
    waiting = undefined;
  });
  socket.on('data', (chunk) => {
    if (!waiting || !take(waiting, chunk)) return;
    const done = waiting;
    waiting = undefined;
    const status = Number(done.chunks[0]!.toString('latin1', 9, 12));
    done.resolve({ status, bytes: () => Buffer.concat(done.chunks) });
  });
  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        waiting = { chunks: [], missing: undefined, isChunked: false, resolve, reject };
        if (socket.destroyed) reject(new Error('the server hung up'));
        else socket.write(request);
      }),
    close: () => void socket.destroy(),
  };
}

/** Takes a piece of an answer. Says whether it was the last one. */
function take(waiting: Waiting, chunk: Buffer): boolean {
  waiting.chunks.push(chunk);
  if (waiting.isChunked) return endsChunks(waiting.chunks);
  if (waiting.missing !== undefined) return (waiting.missing -= chunk.length) <= 0;
  const head = waiting.chunks.length === 1 ? chunk : Buffer.concat(waiting.chunks);
  const end = head.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const length = /\r\ncontent-length: (\d+)/i.exec(head.toString('latin1', 0, end))?.[1];
  if (length === undefined) {
    waiting.isChunked = true;
    return endsChunks(waiting.chunks);
  }
  waiting.missing = end + 4 + Number(length) - head.length;
  return waiting.missing <= 0;
}

const lastChunk = '0\r\n\r\n';

function endsChunks(chunks: readonly Buffer[]): boolean {
  const last = chunks.at(-1)!;
  const tail = last.length < lastChunk.length && chunks.length > 1 ? Buffer.concat(chunks.slice(-2)) : last;
  return tail.toString('latin1', Math.max(0, tail.length - lastChunk.length)) === lastChunk;
}
