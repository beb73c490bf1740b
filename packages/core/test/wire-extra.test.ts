import { initTRPC } from '@trpc/server';
import type { FetchCreateContextFnOptions } from '@trpc/server/adapters/fetch';
import { describe, expect, test } from 'vitest';
import { type FetchMcpHandler, mcpHandler } from '../src/adapters/fetch.ts';
import type { Era, McpMeta } from '../src/index.ts';
import { createMcpTestClient } from '../src/testing/testing.ts';
import { eras, headersOf, toMessage } from './messages.ts';

interface Host {
  user: string;
}

const t = initTRPC.context<Host>().meta<McpMeta>().create();
const router = t.router({
  me: t.procedure.meta({ mcp: true }).query(({ ctx }) => ({ user: ctx.user })),
  admins: t.procedure
    .meta({ mcp: { visible: ({ user }: Host) => user === 'admin' } })
    .query(({ ctx }) => ({ user: ctx.user })),
  ticks: t.procedure.meta({ mcp: { stream: {} } }).query(async function* ({ ctx }) {
    yield await Promise.resolve(ctx.user);
  }),
  page: t.procedure
    .meta({ mcp: { tool: false, resource: { uri: 'app://me' } } })
    .query(({ ctx }) => ({ user: ctx.user })),
});

type Handler = FetchMcpHandler<Request, [host: Host]>;

async function ask(handler: Handler, host: Host, era: Era, method: string, params = {}): Promise<string> {
  return (await handler(toRequest(era, method, params), host)).text();
}

function toRequest(era: Era, method: string, params: Record<string, unknown>): Request {
  return new Request('http://localhost/mcp', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headersOf(era, method, params),
    },
    body: JSON.stringify(toMessage(era, method, params)),
  });
}

const createContext = (_: FetchCreateContextFnOptions, host: Host) => host;

describe.each(eras)('in the %s era', (era) => {
  test.each([true, false])(
    'the second argument reaches createContext, with fastLane %s',
    async (fastLane) => {
      const handler = mcpHandler(router, { createContext, fastLane });
      const call = (user: string, name: string) => ask(handler, { user }, era, 'tools/call', { name });
      expect(await call('ada', 'me')).toContain('"structuredContent":{"user":"ada"}');
      expect(await call('ada', 'ticks')).toContain('ada');
      expect(await ask(handler, { user: 'ada' }, era, 'resources/read', { uri: 'app://me' })).toContain(
        'ada',
      );
      expect(await ask(handler, { user: 'ada' }, era, 'tools/list')).not.toContain('"admins"');
      expect(await ask(handler, { user: 'admin' }, era, 'tools/list')).toContain('"admins"');
    },
  );

  test('requests at the same time each have their own', async () => {
    const handler = mcpHandler(router, {
      createContext: async (_: FetchCreateContextFnOptions, host: Host) => {
        await new Promise((resolve) => setTimeout(resolve, host.user === 'slow' ? 20 : 0));
        return host;
      },
    });
    const users = ['slow', 'ada', 'ben'];
    const answers = await Promise.all(
      users.map((user) => ask(handler, { user }, era, 'tools/call', { name: 'me' })),
    );
    for (const [index, user] of users.entries()) expect(answers[index]).toContain(`"user":"${user}"`);
  });

  test('the test client makes the second argument itself', async () => {
    await using client = createMcpTestClient(router, {
      era,
      createContext: (options) => createContext(options, { user: 'fake' }),
    });
    expect(await client.unwrap.call('me')).toEqual({ user: 'fake' });
  });
});

test('a second parameter with a default value may be left out', async () => {
  const handler = mcpHandler(router, {
    createContext: (_: FetchCreateContextFnOptions, host: Host = { user: 'nobody' }) => host,
  });
  const call = (...host: [host?: Host]) =>
    handler(toRequest('modern', 'tools/call', { name: 'me' }), ...host);
  expect(await (await call()).text()).toContain('"user":"nobody"');
  expect(await (await call({ user: 'ada' })).text()).toContain('"user":"ada"');
});
