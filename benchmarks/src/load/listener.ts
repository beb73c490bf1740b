import { connect, type Socket } from 'node:net';

/** Sends a request that is answered with a stream, and resolves when the first event has come. The stream stays open. */
export function openListener(port: number, request: Buffer): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let seen = '';
    const take = (chunk: Buffer) => {
      seen += chunk.toString('latin1');
      if (!/\r\n\r\n[^]*data: ?./.test(seen)) return;
      socket.off('data', take);
      // What comes later, such as what keeps the connection alive, is read and forgotten.
      socket.resume();
      if (seen.startsWith('HTTP/1.1 200')) resolve(socket);
      else reject(new Error(`no stream: ${seen.slice(0, 300)}`));
    };
    socket.on('data', take);
    socket.on('connect', () => socket.write(request));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`the server hung up: ${seen.slice(0, 300)}`)));
  });
}
