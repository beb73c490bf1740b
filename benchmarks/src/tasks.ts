import { initTRPC } from '@trpc/server';
import { type FetchMcpHandler, mcpHandler } from '@trpc-mcp/core/fetch';
import type { HandlerOptions, McpMeta } from '@trpc-mcp/core';
import { redis } from '@trpc-mcp/redis';
import { Redis } from 'ioredis';
import { z } from 'zod';
import { toTable } from './report/markdown.ts';
import { timePer } from './run/cpu.ts';
import { toFigure, toRatio } from './run/stats.ts';

// What a task costs, from its call over its end to one poll, as a multiple of a plain call. In this process and without a
// socket, which would hide differences. With REDIS_URL it is measured on Redis too, whose own work is not counted.
const rounds = 15;
const inRound = 100;

const t = initTRPC.meta<McpMeta>().create();
const hello = t.procedure.input(z.object({ name: z.string() }));
const router = t.router({
  plain: hello.meta({ mcp: true }).query(({ input }) => ({ greeting: `Hello ${input.name}` })),
  task: hello.meta({ mcp: { task: true } }).query(({ input }) => ({ greeting: `Hello ${input.name}` })),
});

const extension = 'io.modelcontextprotocol/tasks';

/** A handler, and how a client uses it. */
interface Endpoint {
  handler: FetchMcpHandler;
  /** The work that goes on after an answer. */
  work: { last: Promise<unknown> };
}

function createEndpoint(options: HandlerOptions = {}): Endpoint {
  const work = { last: Promise.resolve() as Promise<unknown> };
  const handler = mcpHandler(router, {
    ...options,
    callerId: ({ headers }) => headers.get('x-user') ?? undefined,
    tasks: { waitUntil: (last) => void (work.last = last) },
  });
  return { handler, work };
}

interface Answer {
  result?: { taskId?: string; status?: string; structuredContent?: unknown };
}

async function send(
  { handler }: Endpoint,
  user: string,
  method: string,
  params: { name?: string; taskId?: string; arguments?: object },
  extensions: object = { [extension]: {} },
): Promise<Answer> {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': { extensions },
  };
  const response = await handler(
    new Request('http://127.0.0.1/mcp', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': method,
        'mcp-name': (params.name ?? params.taskId)!,
        'x-user': user,
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta } }),
    }),
  );
  return (await response.json()) as Answer;
}

const args = { name: 'Ada' };

async function callPlain(endpoint: Endpoint, name: string): Promise<void> {
  const { result } = await send(endpoint, 'ada', 'tools/call', { name, arguments: args }, {});
  if (!result?.structuredContent) throw new Error(`no result: ${JSON.stringify(result)}`);
}

async function runTask(endpoint: Endpoint, user: string): Promise<void> {
  const { result } = await send(endpoint, user, 'tools/call', { name: 'task', arguments: args });
  await endpoint.work.last;
  const { result: task } = await send(endpoint, user, 'tasks/get', { taskId: result!.taskId! });
  if (task?.status !== 'completed') throw new Error(`the task has not ended: ${JSON.stringify(task)}`);
}

let users = 0;

const memory = createEndpoint();
const slow = createEndpoint({ fastLane: false });
const runs: Record<string, () => Promise<void>> = {
  'a call': () => callPlain(memory, 'plain'),
  'a call of a tool with `task`, by a client without it': () => callPlain(memory, 'task'),
  // All messages of tasks go through the SDK.
  'a call through the SDK': () => callPlain(slow, 'plain'),
  'a task in memory': () => runTask(memory, `user ${users++}`),
  'a task in memory, of a caller who had 100 of them': () => runTask(memory, 'ada'),
};
const url = process.env['REDIS_URL'];
const client = url === undefined ? undefined : new Redis(url);
const shared = client && redis({ client, prefix: `benchmark:${crypto.randomUUID()}:` });
if (shared) {
  const { bus, store } = shared;
  const onRedis = createEndpoint({ bus, store, secret: crypto.randomUUID() });
  runs['a task on Redis'] = () => runTask(onRedis, `user ${users++}`);
  runs['a task on Redis, of a caller who had 100 of them'] = () => runTask(onRedis, 'ada');
}

const names = Object.keys(runs);
const times = new Map(names.map((name) => [name, [] as number[]]));
// The first rounds warm it up, and give a caller 100 tasks.
for (let round = -2; round < rounds; round++) {
  for (const name of round % 2 === 0 ? names : names.toReversed()) {
    const time = await timePer(inRound, runs[name]!);
    if (round >= 0) times.get(name)!.push(time);
  }
}
const plain = times.get('a call')!;
console.log(
  toTable(
    ['measure', 'CPU µs, median', '÷ a call'],
    names.map((name) => {
      const of = times.get(name)!;
      return [name, toFigure(of).median.toFixed(1), toRatio(of, plain).median.toFixed(2)];
    }),
  ),
);
await shared?.close();
client?.disconnect();
process.exit();
