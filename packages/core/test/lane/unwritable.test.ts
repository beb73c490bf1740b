import { initTRPC } from '@trpc/server';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../../src/adapters/express.ts';
import { type CallFailure, getMcpCall, mcpContent, type McpMeta } from '../../src/index.ts';
import { dataOf, openRaw, sendRaw } from '../events.ts';
import { eras, headersOf, post, toMessage } from '../messages.ts';
import { serve } from '../server.ts';

/** JSON has no such number, and nothing checks blocks that a procedure makes itself. */
const odd = () =>
  mcpContent([{ type: 'resource', resource: { uri: 'odd://x', text: 'odd', _meta: { size: 1n } } as never }]);

async function start() {
  const begun = deferred<void>();
  const gone = deferred<void>();
  const hungUp = deferred<void>();
  const failures: CallFailure[] = [];
  const t = initTRPC.meta<McpMeta>().create();
  const router = t.router({
    odd: t.procedure
      .meta({ mcp: { resource: { uri: 'odd://{how}' } } })
      .input(z.object({ how: z.string() }))
      .query(async ({ input }) => {
        begun.resolve();
        const params = { progressToken: 1, progress: 1 };
        if (input.how === 'streamed')
          await getMcpCall()!.sdk!.mcpReq.notify({ method: 'notifications/progress', params });
        if (input.how === 'left') await gone.promise;
        return odd();
      }),
  });
  const onError = (failure: CallFailure) => void failures.push(failure);
  const server = await serve(mcpHandler(router, { legacy: 'sessions', onError }), (_, res, next) => {
    // After the handler has heard of it.
    res.once('close', () => setImmediate(() => !res.writableFinished && hungUp.resolve()));
    next();
  });
  const session = await openRaw(server.mcp);
  return {
    begun,
    gone,
    hungUp,
    failures,
    server,
    session,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const toRead = (how: string, _meta?: object) => ({
  jsonrpc: '2.0',
  id: 7,
  method: 'resources/read',
  params: { uri: `odd://${how}`, ..._meta },
});
const jsonType = { 'content-type': 'application/json' };
const message = expect.stringMatching(/^Internal error \(reference [\da-f-]{36}\)$/) as unknown;
const error = { jsonrpc: '2.0', id: 7, error: { code: -32_603, message } };

/** The SDK serves what has metadata that the lane does not know. */
const legs = [
  ['the lane', 500, {}],
  ['the SDK', 200, { _meta: { 'app.example/key': 1 } }],
] as const;

describe.each(legs)('a result that cannot be written, of a call that %s serves', (_, status, meta) => {
  test('is answered with an error in a session, of which the app hears', async () => {
    await using app = await start();
    const answer = await sendRaw(app.server.mcp, toRead('plain', meta), app.session);
    expect(answer.status).toBe(status);
    expect(await answer.body()).toEqual(error);
    expect(app.failures).toMatchObject([{ error: { name: 'TypeError' } }]);
  });

  test('is answered so on a stream that has begun, too', async () => {
    await using app = await start();
    const stream = await sendRaw(app.server.mcp, toRead('streamed', meta), app.session);
    expect(stream.status).toBe(200);
    const events = await stream.rest();
    expect(dataOf(events.at(-1))).toEqual(error);
    expect(app.failures).toMatchObject([{ error: { name: 'TypeError' } }]);
    expect(events.at(-1)!.data).toContain(app.failures[0]!.reference);
  });

  test.each(eras)('is answered so without a session: %s', async (era) => {
    await using app = await start();
    const params = { uri: 'odd://plain', ...meta };
    const reading = { ...toMessage(era, 'resources/read', params), id: 7 };
    const answer = await post(app.server.mcp, reading, headersOf(era, 'resources/read', params));
    expect(answer.body).toEqual(error);
    expect(answer.status).toBe(status);
    expect(app.failures).toMatchObject([{ error: { name: 'TypeError' } }]);
  });
});

test('what the lane cannot write is told to the app after the client has hung up, and ends nothing else', async () => {
  await using app = await start();
  const uncaught = vi.fn<(thrown: unknown) => void>();
  process.on('unhandledRejection', uncaught);
  const hangUp = new AbortController();
  const reading = fetch(app.server.mcp, {
    method: 'POST',
    headers: { ...app.session, accept: 'application/json, text/event-stream', ...jsonType },
    body: JSON.stringify(toRead('left')),
    signal: hangUp.signal,
  });
  await app.begun.promise;
  hangUp.abort();
  await expect(reading).rejects.toThrow();
  await app.hungUp.promise;
  app.gone.resolve();
  await vi.waitFor(() => expect(app.failures).toMatchObject([{ error: { name: 'TypeError' } }]), 15_000);
  expect(uncaught).not.toHaveBeenCalled();
  process.off('unhandledRejection', uncaught);
});

function deferred<T>() {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}
