import type { Server, ServerResponse } from 'node:http';

/**
 * Keeps the streams of a server that last until the client leaves, such as those of the page. They are no calls that will
 * finish, so a server that stops does not wait for them: `end` ends them.
 */
export function keepStreams(server: Server): { end: () => void } {
  const streams = new Set<ServerResponse>();
  server.on('request', ({ method, headers }, res: ServerResponse) => {
    // As EventSource asks for a subscription of tRPC, and a client of 2025 for the notifications of its session.
    if (method !== 'GET' || headers.accept !== 'text/event-stream') return;
    streams.add(res);
    res.once('close', () => streams.delete(res));
  });
  return {
    end: () => {
      for (const stream of streams) stream.destroy();
    },
  };
}
