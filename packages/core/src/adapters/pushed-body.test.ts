import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import type { PushedBody, Sink } from '../protocol/exchange.ts';
import { keepAliveMs } from '../protocol/event-stream.ts';
import { writePushed } from './pushed-body.ts';

afterEach(() => void vi.useRealTimers());

/** A server that writes one body, and a client that reads it if it is told to. */
async function start() {
  let sink!: Sink;
  let response!: ServerResponse;
  const body = {
    open: (opened: Sink) => void (sink = opened),
    advance: vi.fn<() => void>(),
    leave: vi.fn<() => void>(),
  } satisfies PushedBody;
  const ended = vi.fn<() => void>();
  const server = createServer((_, res) => {
    response = res;
    res.writeHead(200);
    res.flushHeaders();
    void writePushed(res, body).then(ended);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const request = get({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', agent: false });
  const [reading] = (await once(request, 'response')) as [IncomingMessage];
  reading.on('error', () => {});
  return {
    body,
    sink,
    response,
    reading,
    ended,
    [Symbol.asyncDispose]: async () => {
      request.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const bytes = (text: string) => new TextEncoder().encode(text);

test('a body that ends resolves what waits for it', async () => {
  await using app = await start();
  app.sink.write(bytes('a'));
  app.sink.end();
  expect((await app.reading.toArray()).join('')).toBe('a');
  await vi.waitFor(() => expect(app.ended).toHaveBeenCalled(), 15_000);
  expect(app.body.leave).toHaveBeenCalledTimes(1);
});

test('a client that hangs up is left, and nothing is written to it', async () => {
  await using app = await start();
  app.reading.destroy();
  await vi.waitFor(() => expect(app.body.leave).toHaveBeenCalledTimes(1), 15_000);
  expect(app.sink.write(bytes('a'))).toBe(true);
  app.sink.end();
  expect(app.ended).toHaveBeenCalledTimes(1);
});

test('an app may end the response by itself', async () => {
  await using app = await start();
  app.response.end('b');
  expect(app.sink.write(bytes('a'))).toBe(true);
  app.sink.end();
  expect((await app.reading.toArray()).join('')).toBe('b');
  await vi.waitFor(() => expect(app.body.leave).toHaveBeenCalledTimes(1), 15_000);
});

test('a client that does not read stops the body until it does', async () => {
  await using app = await start();
  app.reading.pause();
  const large = new Uint8Array(2 ** 20);
  let count = 0;
  while (app.sink.write(large)) if (++count > 1000) throw new Error('nothing stops it');
  expect(app.sink.write(large)).toBe(false);
  expect(app.body.advance).not.toHaveBeenCalled();
  app.reading.resume();
  await vi.waitFor(() => expect(app.body.advance).toHaveBeenCalledTimes(1), 15_000);
});

test('a stream on which nothing comes has a sign of life every ten seconds, while its client reads', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  await using app = await start();
  let seen = '';
  app.reading.setEncoding('utf8').on('data', (chunk: string) => (seen += chunk));
  vi.advanceTimersByTime(10_000);
  await vi.waitFor(() => expect(seen).toBe(': keep-alive\n\n'), 15_000);
  vi.advanceTimersByTime(20_000);
  await vi.waitFor(() => expect(seen).toBe(': keep-alive\n\n'.repeat(3)), 15_000);
  app.reading.pause();
  while (app.sink.write(new Uint8Array(2 ** 20)));
  const written = vi.spyOn(app.response, 'write');
  vi.advanceTimersByTime(20_000);
  expect(written).not.toHaveBeenCalled();
  app.reading.destroy();
  await vi.waitFor(() => expect(app.ended).toHaveBeenCalled(), 15_000);
  expect(vi.getTimerCount()).toBe(0);
});

test('what middleware throws in place of writing ends its own stream alone', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  await using broken = await start();
  await using fine = await start();
  broken.response.write = () => {
    throw new Error('not today');
  };
  vi.advanceTimersByTime(keepAliveMs);
  await vi.waitFor(() => expect(broken.body.leave).toHaveBeenCalled());
  expect(broken.sink.write(bytes('a'))).toBe(true);
  broken.sink.end();
  await vi.waitFor(() => expect(broken.ended).toHaveBeenCalled());
  fine.sink.write(bytes('a'));
  fine.sink.end();
  expect((await fine.reading.toArray()).join('')).toContain('a');
  expect(fine.body.leave).toHaveBeenCalledTimes(1);
});
