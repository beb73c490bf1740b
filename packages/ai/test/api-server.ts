import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that answers requests with what it is told to, one after another, and keeps what it was sent. */
export interface ApiServer extends AsyncDisposable {
  url: string;
  /** The bodies of the requests. */
  sent: Record<string, unknown>[];
}

/** Starts a server that speaks the API of a model provider by a script. A text is sent as a stream of events. */
export async function serveScript(...answers: (object | string)[]): Promise<ApiServer> {
  const sent: Record<string, unknown>[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      sent.push(JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>);
      const answer = answers[sent.length - 1] ?? {
        error: { message: `the script has no answer ${sent.length}` },
      };
      const isStream = typeof answer === 'string';
      const isError = !isStream && 'error' in answer;
      response.writeHead(isError ? 400 : 200, {
        'content-type': isStream ? 'text/event-stream' : 'application/json',
      });
      response.end(isStream ? answer : JSON.stringify(answer));
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
