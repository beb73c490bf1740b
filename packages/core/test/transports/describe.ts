import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientKinds, eraOf, type Progress, toolValue, type TestClient } from '../clients.ts';
import { eras, headersOf, toAnswer, toMessage } from '../messages.ts';
import type { Era } from '../../src/catalog/era.ts';
import { cookies, options } from './router.ts';
import type { HttpServed, Served, Transport } from './transport.ts';

/** The same tests for every host that serves the router, with the official clients and in both eras. */
export function describeTransports(transports: readonly Transport[], startMs = 30_000): void {
  describe.each(transports)('$name', (transport) => {
    let served: Served;
    beforeAll(async () => {
      served = await transport.start();
    }, startMs);
    afterAll(() => served[Symbol.asyncDispose]());

    describe.each(clientKinds)('a client of kind %s', (kind) => {
      const connect = (user?: string) => served.connect(kind, user);

      describeTools(connect);
      describeHidden(connect);
      describeReading(connect);
      describeStreams(connect, eraOf[kind]);

      // Over HTTP without a session, a notification of a client of 2025 cannot be matched to its call.
      const isTold = eraOf[kind] === 'modern' || !transport.speaksHttp;
      test.each(['wait', 'count', 'stream'])('cancels a call of %s, where it has a way to', async (name) => {
        await using client = await connect('ada');
        const id = await hangUp(client, name);
        if (isTold) {
          await until(client, id, 'aborted');
        } else {
          // The client of 2026, whose request arrives later, has cancelled.
          await using modern = await served.connect('2026-07-28', 'ada');
          await until(modern, await hangUp(modern, name), 'aborted');
          expect(await stateOf(client, id)).toBe('waiting');
          await client.callTool({ name: 'release', arguments: { id } });
        }
      });

      test('asks the person in front of it, where it has a way to', async () => {
        await using client = await served.connect(kind, 'ada', () => ({ sure: true }));
        const answer = await client.callTool({ name: 'confirm' });
        if (isTold) {
          expect(answer).toEqual(toolValue({ answer: { action: 'accept', content: { sure: true } } }));
        } else {
          expect(answer).toMatchObject({ isError: true });
        }
      });

      test('asks the person for consent, where it has a way to', async () => {
        const asked: string[] = [];
        await using client = await served.connect(kind, 'ada', (message) => {
          asked.push(message);
          return {};
        });
        const answer = await client.callTool({ name: 'agree' });
        expect(asked).toEqual(isTold ? ['Agreed?'] : []);
        if (isTold) expect(answer).toEqual(toolValue({ by: 'test-client' }));
        else expect(answer).toMatchObject({ isError: true });
      });
    });

    if (!transport.speaksHttp) return;
    describe.each(eras)('HTTP in the %s era', (era) => {
      describeHttp(era, () => served as HttpServed);
    });
  });
}

type Connect = (user?: string) => Promise<TestClient>;

function describeTools(connect: Connect): void {
  test('lists and calls, under the context that the host gives', async () => {
    await using client = await connect('ada');
    const names = (await client.listTools()).map(({ name }) => name);
    expect(names).toEqual([
      'agree',
      'confirm',
      'count',
      'echo',
      'missing',
      'personal',
      'release',
      'stream',
      'tomorrow',
      'wait',
      'waited',
      'whoami',
    ]);
    expect((await client.callTool({ name: 'whoami' })).structuredContent).toMatchObject({ user: 'ada' });
  });

  test('sends dates and gets dates', async () => {
    await using client = await connect();
    const call = { name: 'tomorrow', arguments: { today: '2026-01-31T09:00:00Z' } };
    expect(await client.callTool(call)).toEqual(toolValue({ day: '2026-02-01T09:00:00.000Z' }));
  });

  test('sends much and gets much', async () => {
    await using client = await connect();
    const text = 'Grüße, 世界! '.repeat(80_000);
    const { structuredContent } = await client.callTool({ name: 'echo', arguments: { text } });
    expect((structuredContent as { text: string }).text === text).toBe(true);
  });

  test('reads what went wrong', async () => {
    await using client = await connect();
    const failure = await client.callTool({ name: 'missing' });
    expect(failure).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('no such customer') }],
    });
    const invalid = await client.callTool({ name: 'echo', arguments: { text: 1 } });
    expect(invalid).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('text') }] });
    await expect(client.callTool({ name: 'nobody' })).rejects.toThrow('Unknown tool: nobody');
  });
}

function describeHidden(connect: Connect): void {
  test('finds a hidden tool only as somebody who may', async () => {
    await using ada = await connect('ada');
    await using admin = await connect('admin');
    const seen = await Promise.all([ada, admin].map((client) => client.listTools()));
    expect(seen.map((tools) => tools.some(({ name }) => name === 'secret'))).toEqual([false, true]);
    expect((await admin.callTool({ name: 'secret' })).structuredContent).toEqual({ secret: 'none' });
    await expect(ada.callTool({ name: 'secret' })).rejects.toThrow('Unknown tool: secret');
  });
}

function describeReading(connect: Connect): void {
  test('reads resources, of a fixed URI and of a template', async () => {
    await using client = await connect('ada');
    expect(await client.readResource('guide://start')).toEqual([
      { uri: 'guide://start', mimeType: 'text/plain', text: 'Welcome, ada. 世界' },
    ]);
    expect(await client.readResource('customers://42')).toEqual([
      { uri: 'customers://42', mimeType: 'application/json', text: '{"id":"42","by":"ada"}' },
    ]);
    await expect(client.readResource('nothing://here')).rejects.toThrow('nothing://here');
  });

  test('gets a prompt', async () => {
    await using client = await connect('ada');
    const text = 'Greet Bo as ada would.';
    const { messages } = await client.getPrompt('greeting', { name: 'Bo' });
    expect(messages).toEqual([{ role: 'user', content: { type: 'text', text } }]);
  });
}

/**
 * A call continues only when the client has received the earlier messages, so a host that buffers them fails the
 * test.
 */
function describeStreams(connect: Connect, era: Era): void {
  const releasing = async (name: string) => {
    await using client = await connect('ada');
    const id = crypto.randomUUID();
    const told: Progress[] = [];
    const releases: Promise<unknown>[] = [];
    const onprogress = (progress: Progress) => {
      told.push(progress);
      releases.push(client.callTool({ name: 'release', arguments: { id } }));
    };
    const result = await client.callTool({ name, arguments: { id } }, { onprogress });
    await Promise.all(releases);
    return { told, result };
  };

  test('hears of progress while a call goes on', async () => {
    const { told, result } = await releasing('count');
    expect(told).toEqual([
      { progress: 1, total: 2, message: '1 of 2' },
      { progress: 2, total: 2, message: '2 of 2' },
    ]);
    expect(result).toEqual(toolValue({ counted: 2 }));
  });

  test('hears of what a generator yields as it does, and gets all of it', async () => {
    const { told, result } = await releasing('stream');
    expect(told).toEqual([
      { progress: 1, message: 'first' },
      { progress: 2, message: 'second' },
    ]);
    const all = ['first', 'second'];
    expect(result.structuredContent).toEqual(era === 'modern' ? all : { result: all });
  });
}

function describeHttp(era: Era, toHttp: () => HttpServed): void {
  const send = ({ url, fetch }: HttpServed, method: string, params: Record<string, unknown>, headers = {}) =>
    fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headersOf(era, method, params),
        ...headers,
      },
      body: JSON.stringify(withMeta(toMessage(era, method, params), params)),
    });
  const personal = async (http: HttpServed, headers = {}) =>
    toAnswer(await send(http, 'tools/call', { name: 'personal' }, headers));

  test('401 comes with a challenge, 403 without, and cookies of the context with both', async () => {
    const http = toHttp();
    const answers = await Promise.all([
      personal(http),
      personal(http, { authorization: 'Bearer ada' }),
      personal(http, { authorization: 'Bearer admin' }),
    ]);
    expect(answers.map(({ status, headers }) => [status, headers.get('www-authenticate')])).toEqual([
      [401, 'Bearer'],
      [403, null],
      [200, null],
    ]);
    for (const { headers } of answers) expect(cookiesOf(headers)).toEqual(cookies);
  });

  test('what cannot be read is refused with a status that says why', async () => {
    const { url, fetch } = toHttp();
    const headers = { 'content-type': 'application/json' };
    const post = (body: string) => fetch(url, { method: 'POST', headers, body });
    const answers = await Promise.all([
      post('{"broken'),
      post(`{"a":"${'x'.repeat(5_000_000)}"}`),
      fetch(url),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([400, 413, 405]);
    expect(answers[2].headers.get('allow')).toBe('POST');
    // A body that is not read keeps its connection open.
    await Promise.all(answers.map((answer) => answer.text()));
  });

  test('a browser that opens the endpoint gets a page, whatever stands in the query', async () => {
    const { url, fetch } = toHttp();
    const accept = 'text/html,application/xhtml+xml,*/*;q=0.8';
    const address = `${url}?code=1&state=2&readonly=perhaps`;
    const page = await fetch(address, { headers: { accept } });
    const text = await page.text();
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.headers.get('vary')?.toLowerCase()).toContain('accept');
    expect(text).toContain(`<code>${url}</code>`);
    expect(cookiesOf(page.headers)).toEqual([]);

    const head = await fetch(address, { method: 'HEAD', headers: { accept } });
    expect([head.status, head.headers.get('content-type'), await head.text()]).toEqual([
      200,
      'text/html; charset=utf-8',
      '',
    ]);
    const told = head.headers.get('content-length');
    expect([null, String(new TextEncoder().encode(text).byteLength)]).toContain(told);
  });

  test('a page of another origin may ask, call and read', async () => {
    const http = toHttp();
    const [origin] = options.cors.origins as [string];
    const asked = await http.fetch(http.url, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });
    expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([204, origin]);
    const answer = await personal(http, { origin });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([401, origin]);
    expect((await personal(http, { origin: 'https://evil.example' })).status).toBe(403);
  });

  if (era === 'modern') {
    test('a stream sends what there is at once, and goes on', async () => {
      const http = toHttp();
      const answer = await send(http, 'subscriptions/listen', { notifications: { toolsListChanged: true } });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
      const reader = answer.body!.getReader();
      const { value } = await reader.read();
      expect(new TextDecoder().decode(value)).toContain('notifications/subscriptions/acknowledged');
      await reader.cancel();
    });
  }

  test('cookies of the context, and what lets a page read, come with a stream as well', async () => {
    const http = toHttp();
    const [origin] = options.cors.origins as [string];
    const id = crypto.randomUUID();
    const params = { name: 'count', arguments: { id }, _meta: { progressToken: 1 } };
    const answer = await send(http, 'tools/call', params, { origin });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    expect(cookiesOf(answer.headers)).toEqual(cookies);
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
    let text = '';
    for await (const event of answer.body!.pipeThrough(new TextDecoderStream())) {
      text += event;
      if (event.includes(' of 2')) await send(http, 'tools/call', { name: 'release', arguments: { id } });
    }
    expect(text).toContain('"counted":2');
  });
}

/** The metadata of a request of an era, together with that of the test. */
function withMeta(message: Record<string, unknown>, { _meta }: { _meta?: object }): unknown {
  const params = message['params'] as { _meta?: object };
  return { ...message, params: { ...params, ...(_meta && { _meta: { ...params._meta, ..._meta } }) } };
}

function cookiesOf(headers: Headers): unknown[] {
  return headers.getSetCookie().map((cookie) => {
    const [name, value] = cookie.split(';')[0]!.split('=');
    return { name, value };
  });
}

/** Makes a call that waits, and hangs up while it waits. */
async function hangUp(client: TestClient, name: string): Promise<string> {
  const id = crypto.randomUUID();
  const controller = new AbortController();
  const streaming = name !== 'wait' && { onprogress: () => undefined };
  const call = client.callTool({ name, arguments: { id } }, { signal: controller.signal, ...streaming });
  await until(client, id, 'waiting');
  controller.abort(new Error('never mind'));
  await expect(call).rejects.toThrow('never mind');
  return id;
}

/** Asks until the call of `wait` is in this state, and fails with the test's own time. */
async function until(client: TestClient, id: string, state: string): Promise<void> {
  while ((await stateOf(client, id)) !== state);
}

async function stateOf(client: TestClient, id: string): Promise<unknown> {
  const { structuredContent } = await client.callTool({ name: 'waited', arguments: { id } });
  return (structuredContent as { state: unknown }).state;
}
