import { initTRPC, TRPCError } from '@trpc/server';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/fetch.ts';
import type { HandlerOptions, McpMeta } from '../src/index.ts';
import { headersOf, toMessage } from './messages.ts';

type Context = { user: string };
const t = initTRPC.context<Context>().meta<McpMeta<Context>>().create({ isDev: false });

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const minute = 61_000;

/** An app whose middleware does what the test says at the moment. */
function start(options: Partial<HandlerOptions> = {}) {
  const app = {
    verdict: (() => {}) as () => void,
    visible: true,
    user: 'ada',
    asked: 0,
    made: 0,
    reported: [] as string[],
  };
  const guarded = t.procedure.use(async ({ next }) => {
    app.asked++;
    app.verdict();
    return next();
  });
  const router = t.router({
    note: guarded.meta({ mcp: { resource: { uri: 'x://note' }, visible: () => app.visible } }).query(() => 1),
    each: guarded
      .meta({ mcp: { resource: { uri: 'each://{id}' } } })
      .input(z.object({ id: z.string().max(3) }))
      .output(z.string())
      .query(({ input }) => input.id),
    cached: t.procedure
      .use(async ({ next }) => {
        const result = await next();
        // What is not a success is not kept.
        app.reported.push(`kept ${result.ok}`);
        return result;
      })
      .meta({ mcp: { resource: { uri: 'x://cached' } } })
      .query(() => 'value'),
  });
  const handler = mcpHandler(router, {
    createContext: ({ req }) => {
      app.made++;
      return { user: req.headers.get('authorization') ?? '' };
    },
    onError: ({ error }) => app.reported.push(error.message),
    ...options,
  });
  const send = (method: string, params: Record<string, unknown>) =>
    handler(
      new Request('http://127.0.0.1/mcp', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          authorization: app.user,
          ...headersOf('modern', method, params),
        },
        body: JSON.stringify(toMessage('modern', method, params)),
      }),
    );
  const listen = async (...resourceSubscriptions: string[]) => {
    const response = await send('subscriptions/listen', { notifications: { resourceSubscriptions } });
    if (response.headers.get('content-type') === 'application/json') {
      return {
        status: response.status,
        body: (await response.json()) as Record<string, unknown>,
        next: undefined,
      };
    }
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    const next = async () => {
      const { value } = await reader.read();
      return value === undefined
        ? 'the end'
        : (JSON.parse(value.split('data: ')[1]!) as Record<string, unknown>);
    };
    return { status: response.status, body: await next(), next };
  };
  return Object.assign(app, {
    handler,
    listen,
    send,
    change: (uri: string) => handler.notify.resourceUpdated(uri),
  });
}

const fail =
  (code: TRPCError['code'], message = 'No.') =>
  () => {
    throw new TRPCError({ code, message });
  };
const updated = (uri: string) => ({ method: 'notifications/resources/updated', params: { uri } });

test('who is refused later gets the error of the read, and then the stream ends', async () => {
  const app = start();
  const { next } = await app.listen('each://1', 'x://note');
  app.change('each://1');
  expect(await next!()).toMatchObject(updated('each://1'));
  app.verdict = fail('FORBIDDEN', 'You have left.');
  vi.advanceTimersByTime(minute);
  app.change('each://1');
  const read = await app.send('resources/read', { uri: 'each://1' });
  const { error } = (await read.json()) as { error: unknown };
  expect(await next!()).toEqual({ jsonrpc: '2.0', id: 1, error });
  expect(await next!()).toBe('the end');
});

test.each(['UNAUTHORIZED', 'FORBIDDEN', 'NOT_FOUND', 'BAD_REQUEST'] as const)(
  'a read that middleware ends with %s is no listening either',
  async (code) => {
    const app = start();
    app.verdict = fail(code);
    const read = await app.send('resources/read', { uri: 'each://1' });
    const { status, body } = await app.listen('x://cached', 'each://1');
    expect([status, body]).toEqual([read.status, await read.json()]);
    expect(body).toMatchObject({ error: { data: { uri: 'each://1' } } });
  },
);

test('an input that a parser refuses is refused as a read is', async () => {
  const app = start();
  const read = await app.send('resources/read', { uri: 'each://1234' });
  expect((await app.listen('each://1234')).body).toEqual(await read.json());
});

test('what is hidden later ends the stream as if it were not there', async () => {
  const app = start();
  const { next } = await app.listen('x://note');
  app.visible = false;
  vi.advanceTimersByTime(minute);
  app.change('x://note');
  expect(await next!()).toMatchObject({ error: { message: 'Resource not found: x://note' } });
  expect(await next!()).toBe('the end');
});

test('while it cannot be found out who may read, nothing is told, and the stream goes on', async () => {
  const app = start();
  const { next } = await app.listen('x://note', 'x://cached');
  app.verdict = () => {
    throw new Error('the database is away');
  };
  vi.advanceTimersByTime(minute);
  app.change('x://note');
  app.change('x://note');
  app.change('x://cached');
  expect(await next!()).toMatchObject(updated('x://cached'));
  expect(app.asked).toBe(2);
  app.verdict = () => {};
  vi.advanceTimersByTime(minute);
  app.change('x://note');
  expect(await next!()).toMatchObject(updated('x://note'));
  expect(app.asked).toBe(3);
});

test('the gate is asked again too, so that an expired credential hears no more', async () => {
  let isValid = true;
  const authorize = vi.fn(() => isValid);
  const app = start({ auth: { authenticate: () => ({ token: 'x', clientId: 'x', scopes: [] }), authorize } });
  const { next } = await app.listen('x://cached');
  isValid = false;
  app.change('x://cached');
  expect(await next!()).toMatchObject(updated('x://cached'));
  vi.advanceTimersByTime(minute);
  app.change('x://cached');
  expect(await next!()).toMatchObject({ error: { message: expect.stringContaining('FORBIDDEN: ') } });
  expect(await next!()).toBe('the end');
  expect(authorize.mock.calls).toMatchObject([
    [{ method: 'subscriptions/listen' }],
    [{ method: 'subscriptions/listen' }],
  ]);
});

test('a request for many resources makes one context, and asks each of them once', async () => {
  const app = start();
  const uris = Array.from({ length: 200 }, (_, index) => `each://${index % 100}`);
  const { body } = await app.listen(...uris);
  expect(body).toMatchObject({ params: { notifications: { resourceSubscriptions: uris.slice(0, 100) } } });
  expect([app.made, app.asked]).toEqual([1, 100]);
});

test('middleware sees that what it asked for did not happen, and nothing is reported', async () => {
  const app = start();
  await app.listen('x://cached');
  expect(app.reported).toEqual(['kept false']);
});

test('a resource whose app goes away while somebody listens ends with the handler', async () => {
  const app = start();
  const { next } = await app.listen('x://cached');
  await app.handler.close();
  expect(await next!()).toMatchObject({ result: { resultType: 'complete' } });
  expect(await next!()).toBe('the end');
});

test('more clients listen than the SDK allows, and each of them hears with the id of its own request', async () => {
  const app = start();
  const listeners = [];
  // The SDK refuses the 1,025th.
  for (let index = 0; index < 1100; index++) {
    app.user = `user ${index % 2}`;
    listeners.push(await app.listen('x://note'));
  }
  app.change('x://note');
  for (const { body, next } of listeners) {
    expect(body).toMatchObject({ method: 'notifications/subscriptions/acknowledged' });
    expect(await next!()).toMatchObject(updated('x://note'));
  }
});

test('one caller cannot take the room of all who listen, and reads what to do', async () => {
  const app = start();
  for (let index = 0; index < 1000; index++) await app.listen('x://note');
  const { status, body } = await app.listen('x://note');
  const message =
    '1000 subscriptions of this caller are open here; end one, or listen to several resources with one of them';
  expect([status, body]).toMatchObject([200, { error: { code: -32_603, message } }]);
  app.user = 'bob';
  const { next } = await app.listen('x://note');
  app.change('x://note');
  expect(await next!()).toMatchObject(updated('x://note'));
});

test.each(['', 'before it is answered'])(
  'a host that only aborts the signal when its client hangs up leaves nobody behind %s',
  async (when) => {
    const hearers = new Set<unknown>();
    const bus = {
      publish() {},
      subscribe(hear: unknown) {
        hearers.add(hear);
        return () => void hearers.delete(hear);
      },
    };
    const handler = mcpHandler(t.router({}), {
      bus,
      secret: 'x'.repeat(32),
      createContext: () => ({ user: '' }),
    });
    const hangUp = new AbortController();
    const params = { notifications: { toolsListChanged: true } };
    const answering = handler(
      new Request('http://127.0.0.1/mcp', {
        method: 'POST',
        signal: hangUp.signal,
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...headersOf('modern', 'subscriptions/listen', params),
        },
        body: JSON.stringify(toMessage('modern', 'subscriptions/listen', params)),
      }),
    );
    if (when) hangUp.abort();
    const reader = (await answering).body!.getReader();
    if (!when) {
      await reader.read();
      expect(hearers.size).toBe(1);
      hangUp.abort();
    }
    expect((await reader.read()).done).toBe(true);
    expect(hearers.size).toBe(0);
  },
);
