import { type JSONRPCMessage, SUBSCRIPTION_ID_META_KEY } from '@modelcontextprotocol/server';
import { PassThrough } from 'node:stream';
import { afterEach, expect, test, vi } from 'vitest';
import type { Rehearsal } from '../call/rehearse.ts';
import { type Listening, Subscriptions } from '../protocol/subscription.ts';
import { StdioListening } from './stdio-listening.ts';
import { StdioTransport } from './stdio-transport.ts';

afterEach(() => {
  vi.useRealTimers();
});

const listen = (id: string | number) =>
  ({ jsonrpc: '2.0', id, method: 'subscriptions/listen', params: {} }) as const;
const updated = (id: string | number, uri = 'x://a') =>
  ({
    jsonrpc: '2.0',
    method: 'notifications/resources/updated',
    params: { uri, _meta: { [SUBSCRIPTION_ID_META_KEY]: id } },
  }) as const;
const forbidden = {
  kind: 'failure',
  code: 'FORBIDDEN',
  text: 'FORBIDDEN: You have left.',
  meta: { code: 'FORBIDDEN', httpStatus: 403 },
  status: 403,
} as const;

/** A transport whose client may listen to `x://a` as long as `verdict` says so. */
async function start() {
  const app = {
    verdict: { kind: 'passed' } as Rehearsal,
    sent: [] as unknown[],
    delivered: [] as unknown[],
    admitted: Promise.resolve(),
  };
  const listening = new StdioListening(async (message): Promise<Listening> => {
    await app.admitted;
    const subscriptions = new Subscriptions();
    subscriptions.add('x://a', async () => app.verdict);
    return { kind: 'passed', message, subscriptions };
  });
  const input = new PassThrough();
  const transport = new StdioTransport({
    input,
    write: async (text) => void app.sent.push(JSON.parse(text)),
    maxBytes: 10_000,
    opened: Promise.resolve(() => undefined),
    listening,
    onEnd: () => {},
  });
  const deliver = (message: JSONRPCMessage) => void app.delivered.push(message);
  Object.assign(transport, { onmessage: deliver });
  await transport.start();
  const receive = (message: object) => input.write(`${JSON.stringify(message)}\n`);
  return { app, transport, receive };
}

test('who is refused later gets the error of the read, and listens no longer', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const { app, transport, receive } = await start();
  receive(listen('one'));
  receive(listen(2));
  await vi.waitFor(() => expect(app.delivered).toHaveLength(2), 15_000);
  await transport.send(updated('one'));
  expect(app.sent.splice(0)).toEqual([updated('one')]);
  app.verdict = forbidden;
  vi.advanceTimersByTime(61_000);
  await transport.send(updated('one'));
  expect(app.sent.splice(0)).toMatchObject([{ id: 'one', error: { message: 'FORBIDDEN: You have left.' } }]);
  // The SDK is told that nobody listens, as if the client had cancelled.
  expect(app.delivered.splice(0).slice(2)).toEqual([
    { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'one' } },
  ]);
  app.verdict = { kind: 'passed' };
  await transport.send(updated('one'));
  await transport.send(updated(2, 'x://other'));
  expect(app.sent).toEqual([]);
  await transport.send(updated(2));
  expect(app.sent).toEqual([updated(2)]);
});

test('what is cancelled before it is decided about never begins', async () => {
  const { app, transport, receive } = await start();
  let admit = () => {};
  app.admitted = new Promise((resolve) => (admit = resolve));
  receive(listen('one'));
  receive({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'one' } });
  receive({ jsonrpc: '2.0', id: 2, method: 'ping' });
  await vi.waitFor(() => expect(app.delivered).toMatchObject([{ id: 2 }]), 15_000);
  admit();
  await app.admitted;
  await transport.send(updated('one'));
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(app.delivered).toHaveLength(1);
  expect(app.sent).toEqual([]);
});

test('every other notification passes', async () => {
  const { app, transport } = await start();
  const message = { jsonrpc: '2.0', method: 'notifications/tools/list_changed' } as const;
  const subscribed = { ...updated('none'), params: { uri: 'x://a' } };
  await transport.send(message);
  await transport.send(subscribed);
  expect(app.sent).toEqual([message, subscribed]);
});
