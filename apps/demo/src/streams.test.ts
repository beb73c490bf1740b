import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { keepStreams } from './streams.ts';

it('streams end when the server stops, and calls that run finish', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const streams = keepStreams(server);
  const responses: ServerResponse[] = [];
  server.on('request', (_req, res) => {
    responses.push(res);
    res.writeHead(200).write('begun');
  });
  const open = async (accept: string) => {
    const { port } = server.address() as AddressInfo;
    // Without an agent, the connection ends with its answer.
    const asked = get({ port, host: '127.0.0.1', agent: false, headers: { accept } });
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    return answer;
  };
  const stream = await open('text/event-stream');
  const call = await open('application/json, text/event-stream');
  const closed = once(server, 'close');

  server.close();
  streams.end();
  await expect(text(stream)).rejects.toThrow('aborted');
  responses[1]!.end(', done');
  expect(await text(call)).toBe('begun, done');
  await closed;
});
