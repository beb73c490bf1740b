import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { createTaskSessionFromClient, resultFromTaskOutcome } from '@modelcontextprotocol/ext-tasks/client';
import { initTRPC } from '@trpc/server';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../../src/adapters/express.ts';
import { getMcpCall, type McpMeta } from '../../src/index.ts';
import { serve } from '../server.ts';
import { dispatchTo } from './dispatch.ts';
import { extensionId, latch, person, withTasks } from './person.ts';

const t = initTRPC.meta<McpMeta>().create();
const callerId = ({ headers }: Request) => headers.get('authorization') ?? undefined;
const info = { name: 'test-client', version: '1.2.3' };
const headers = { authorization: 'Bearer ann' };
const task = t.procedure.meta({ mcp: { task: { pollMs: 10 } } });

/** The official client, which is connected, on an endpoint with a report, an order and a tool that fails. */
async function open() {
  const done = latch<string>();
  const aborted = latch();
  const router = t.router({
    report: task.mutation(async ({ signal }) => {
      signal!.addEventListener('abort', () => aborted.open());
      return done.opened;
    }),
    quick: task.query(() => ({ rows: 3 })),
    order: task.mutation(() =>
      getMcpCall()!.ask({ message: 'Which size?', schema: z.object({ size: z.string() }) }),
    ),
    broken: task.mutation(() => {
      throw new Error('broken');
    }),
  });
  const handler = mcpHandler(router, { callerId, onError: () => {} });
  const server = await serve(handler);
  const client = new Client(info, {
    capabilities: withTasks,
    versionNegotiation: { mode: { pin: '2026-07-28' } },
  });
  await client.connect(new StreamableHTTPClientTransport(new URL(server.mcp), { requestInit: { headers } }));
  onTestFinished(async () => {
    await client.close();
    await handler.close();
    await server[Symbol.asyncDispose]();
  });
  return { url: server.mcp, client, done, aborted };
}

const taskSchema = z.looseObject({ taskId: z.string(), status: z.string() });

describe('the official client of 2026', () => {
  test('reads that the server has tasks', async () => {
    const { client } = await open();
    expect(client.getServerCapabilities()?.extensions).toMatchObject({ [extensionId]: {} });
  });

  test('polls, and gets the result', async () => {
    const { url, client, done } = await open();
    const taskId = await person(url, 'ann').start('report');
    const get = () => client.request({ method: 'tasks/get', params: { taskId } }, taskSchema);
    expect(await get()).toMatchObject({ taskId, status: 'working', pollIntervalMs: 10 });
    done.open('whole');
    await expect.poll(get).toMatchObject({ status: 'completed', result: { structuredContent: 'whole' } });
  });

  test('answers and cancels', async () => {
    const { url, client, aborted } = await open();
    const ann = person(url, 'ann');
    const [asking, running] = [await ann.start('order'), await ann.start('report')];
    const { inputRequests } = await ann.until(asking, 'input_required');
    const inputResponses = {
      [Object.keys(inputRequests!)[0]!]: { action: 'accept', content: { size: 'small' } },
    };
    await client.request(
      { method: 'tasks/update', params: { taskId: asking, inputResponses } },
      z.looseObject({}),
    );
    expect((await ann.settle(asking)).result?.structuredContent).toEqual({
      action: 'accept',
      content: { size: 'small' },
    });
    await client.request({ method: 'tasks/cancel', params: { taskId: running } }, z.looseObject({}));
    await aborted.opened;
    expect((await ann.settle(running)).status).toBe('cancelled');
  });

  test('is told of a task that is not there', async () => {
    const { client } = await open();
    const get = client.request({ method: 'tasks/get', params: { taskId: 'never' } }, taskSchema);
    await expect(get).rejects.toMatchObject({ code: -32_602 });
  });
});

describe('ext-tasks', () => {
  /** The client of the extension's own authors, on top of the official client. */
  async function openSession(onInput?: (message: string) => Record<string, string>) {
    const app = await open();
    const session = createTaskSessionFromClient(app.client, {
      endpointId: 'test',
      rawDispatch: dispatchTo(app.url, headers),
      v2RequestFraming: {
        protocolVersion: '2026-07-28',
        clientInfo: info,
        clientCapabilities: { elicitation: { form: {} } },
      },
      ...(onInput && {
        onInputRequest: async (request) =>
          ({ action: 'accept', content: onInput(request.params?.['message'] as string) }) as never,
      }),
    });
    onTestFinished(() => session.close());
    return { ...app, session };
  }

  test('calls a tool, and gets its result', async () => {
    const { session } = await openSession();
    const execution = await session.callTool('quick', {});
    expect(execution.kind).toBe('task');
    const { outcome } = await execution.settle();
    expect(resultFromTaskOutcome(outcome)).toMatchObject({ structuredContent: { rows: 3 } });
  });

  test('is told what a tool failed with', async () => {
    const { session } = await openSession();
    const { outcome } = await (await session.callTool('broken', {})).settle();
    expect(resultFromTaskOutcome(outcome)).toMatchObject({ isError: true });
  });

  test('answers what a task asks', async () => {
    const asked: string[] = [];
    const { session } = await openSession((message) => {
      asked.push(message);
      return { size: 'large' };
    });
    const { outcome } = await (await session.callTool('order', {})).settle();
    expect(resultFromTaskOutcome(outcome)).toMatchObject({
      structuredContent: { action: 'accept', content: { size: 'large' } },
    });
    expect(asked).toEqual(['Which size?']);
  });

  test('cancels a task', async () => {
    const { session, aborted } = await openSession();
    const execution = await session.callTool('report', {});
    await execution.cancel();
    await aborted.opened;
    expect((await execution.settle()).outcome.status).toBe('cancelled');
  });
});
