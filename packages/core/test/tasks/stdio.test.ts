import { expect, test } from 'vitest';
import { compileServer, type ServerProcess, startServer } from '../stdio/process.ts';
import { toMessage } from '../messages.ts';
import { ends, type Reply, type Task, withTasks } from './person.ts';

const command = await compileServer(new URL('stdio-server.ts', import.meta.url));

async function ask(
  server: ServerProcess,
  method: string,
  params: Record<string, unknown>,
  capabilities: object = withTasks,
): Promise<Reply> {
  const _meta = { 'io.modelcontextprotocol/clientCapabilities': capabilities };
  server.send(toMessage('modern', method, { ...params, _meta }));
  return (await server.next()) as Reply;
}

async function start(server: ServerProcess, name: string): Promise<string> {
  const { result } = await ask(server, 'tools/call', { name, arguments: {} });
  expect(result).toMatchObject({ resultType: 'task', status: 'working' });
  return result!['taskId'] as string;
}

async function until(server: ServerProcess, taskId: string, states: readonly string[]): Promise<Task> {
  for (;;) {
    const { result } = await ask(server, 'tasks/get', { taskId });
    if (states.includes(result!['status'] as string)) return result as unknown as Task;
  }
}

test('over stdio, tasks run, ask and are cancelled', async () => {
  await using server = startServer(command);
  const report = await start(server, 'report');
  expect((await until(server, report, ends)).result?.structuredContent).toEqual({ rows: 3 });

  const order = await start(server, 'order');
  const { inputRequests } = await until(server, order, ['input_required']);
  const inputResponses = { [Object.keys(inputRequests!)[0]!]: { action: 'accept', content: {} } };
  await ask(server, 'tasks/update', { taskId: order, inputResponses });
  expect((await until(server, order, ends)).result?.structuredContent).toBe('ordered');

  const wait = await start(server, 'wait');
  await ask(server, 'tasks/cancel', { taskId: wait });
  await server.seen('it was told to stop');
  expect((await until(server, wait, ends)).status).toBe('cancelled');

  const { result } = await ask(server, 'tools/call', { name: 'mine', arguments: {} });
  expect(result!['structuredContent']).toHaveLength(3);
});

test('over stdio, a client without the extension is answered when the call is over, and has no tasks', async () => {
  await using server = startServer(command);
  const { result } = await ask(server, 'tools/call', { name: 'report', arguments: {} }, {});
  expect(result).toMatchObject({ resultType: 'complete', structuredContent: { rows: 3 } });
  const { error } = await ask(server, 'tasks/get', { taskId: crypto.randomUUID() }, {});
  expect(error?.code).toBe(-32_021);
});

test('over stdio, a task that runs does not keep the process alive when its client has gone', async () => {
  await using server = startServer(command);
  await start(server, 'wait');
  server.end();
  expect(await server.exit).toEqual({ code: 0, signal: null });
});
