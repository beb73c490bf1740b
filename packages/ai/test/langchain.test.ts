import { BaseChatModel, type BindToolsInput } from '@langchain/core/language_models/chat_models';
import { AIMessage, type BaseMessage, ToolMessage } from '@langchain/core/messages';
import type { ChatResult } from '@langchain/core/outputs';
import { convertToOpenAITool } from '@langchain/core/utils/function_calling';
import { createMcpTestClient } from '@trpc-mcp/core/testing';
import { createAgent } from 'langchain';
import { expect, test } from 'vitest';
import { aiTools, ToolRefusal, type ToolProgress } from '../src/langchain/langchain.ts';
import { createApp, pixel } from './app.ts';

const ada = { user: 'Ada' };
const admin = { user: 'Root', isAdmin: true };

interface Written {
  id: string;
  name: string;
  args: Record<string, unknown>;
}

/** A chat model that says one thing after another, and keeps what it was sent. */
class ScriptedModel extends BaseChatModel {
  readonly sent: BaseMessage[][] = [];
  bound: unknown[] = [];
  readonly #says: readonly (string | Written[])[];

  constructor(...says: (string | Written[])[]) {
    super({});
    this.#says = says;
  }

  override _llmType(): string {
    return 'scripted';
  }

  override bindTools(tools: BindToolsInput[]): this {
    this.bound = tools.map((tool) => convertToOpenAITool(tool as never));
    return this;
  }

  override _generate(messages: BaseMessage[]): Promise<ChatResult> {
    const said = this.#says[this.sent.length]!;
    this.sent.push([...messages]);
    const message = new AIMessage(
      typeof said === 'string'
        ? { content: said }
        : { content: '', tool_calls: said.map((call) => ({ ...call, type: 'tool_call' as const })) },
    );
    return Promise.resolve({ generations: [{ message, text: message.text }] });
  }
}

test('an agent gets the tools, and reads their results and refusals in our words', async () => {
  const { appRouter, done } = createApp();
  const model = new ScriptedModel(
    [
      { id: 'a', name: 'customers_rename', args: { id: '1', name: 'Acme' } },
      { id: 'b', name: 'customers_deactivate', args: { id: 1 } },
      { id: 'c', name: 'customers_rename', args: { id: 1 } },
      { id: 'd', name: 'customers_renam', args: {} },
    ],
    'Renamed.',
  );
  const agent = createAgent({ model, tools: await aiTools(appRouter, { ctx: ada }) });
  const { messages } = await agent.invoke({ messages: [{ role: 'user', content: 'Rename it' }] });

  await using client = createMcpTestClient(appRouter, { ctx: ada });
  expect(model.bound).toMatchObject(
    (await client.listTools()).map(({ name, description, inputSchema }) => ({
      type: 'function',
      function: { name, description, parameters: inputSchema },
    })),
  );
  const results = model.sent[1]!.filter((message) => ToolMessage.isInstance(message));
  expect(results.map(({ tool_call_id, status, content }) => [tool_call_id, status, content])).toEqual([
    ['a', 'success', '{"id":1,"name":"Acme"}'],
    ['b', 'error', 'FORBIDDEN: Only admins may do this.'],
    ['c', 'error', 'BAD_REQUEST: the arguments are not valid\nname: required; expected a string'],
    // LangChain's own words.
    ['d', 'error', expect.stringMatching(/customers_renam/)],
  ]);
  expect(results[0]!.artifact).toEqual({ id: 1, name: 'Acme' });
  expect(messages.at(-1)!.text).toBe('Renamed.');
  expect(done).toEqual(['Ada renames 1 to Acme']);
});

test('a picture reaches the model as a picture', async () => {
  const { appRouter } = createApp();
  const model = new ScriptedModel([{ id: 'a', name: 'forms_picture', args: {} }], 'Seen.');
  const agent = createAgent({ model, tools: await aiTools(appRouter, { ctx: ada }) });
  await agent.invoke({ messages: [{ role: 'user', content: 'Show it' }] });
  expect(model.sent[1]!.at(-1)!.content).toContainEqual({
    type: 'image_url',
    image_url: { url: `data:image/png;base64,${pixel}` },
  });
});

test('called without an agent, a tool returns its content, and throws a refusal', async () => {
  const { appRouter, done } = createApp();
  const tools = await aiTools(appRouter, { ctx: ada });
  const greet = tools.find((tool) => tool.name === 'forms_greet')!;
  const deactivate = tools.find((tool) => tool.name === 'customers_deactivate')!;
  expect(await greet.invoke({})).toBe('Hello Ada');
  await expect(deactivate.invoke({ id: 1 })).rejects.toThrow(ToolRefusal);
  await expect(deactivate.invoke({ id: 1 })).rejects.toThrow('FORBIDDEN: Only admins may do this.');
  expect(done).toEqual([]);
});

test('a person is asked with onElicit, and nobody is asked without it', async () => {
  const { appRouter, done } = createApp();
  const call = { id: 'a', name: 'customers_deactivate', args: { id: 1 } };
  const input = { messages: [{ role: 'user' as const, content: 'Deactivate it' }] };
  const silent = new ScriptedModel([call], 'So be it.');
  await createAgent({ model: silent, tools: await aiTools(appRouter, { ctx: admin }) }).invoke(input);
  expect(silent.sent[1]!.at(-1)!.text).toMatch(/needs the consent of a person/);
  expect(done).toEqual([]);
  const questions: string[] = [];
  const tools = await aiTools(appRouter, {
    ctx: admin,
    onElicit: ({ message }) => {
      questions.push(message);
      return { action: 'accept', content: {} };
    },
  });
  await createAgent({ model: new ScriptedModel([call], 'Done.'), tools }).invoke(input);
  expect(questions).toEqual([expect.stringMatching(/^Deactivate "Customer 1"\?/)]);
  expect(done).toEqual(['Root deactivates 1']);
});

test('progress says which call it is of, and an abort ends the procedure', async () => {
  const { appRouter, done } = createApp();
  const told: ToolProgress[] = [];
  const controller = new AbortController();
  const tools = await aiTools(appRouter, {
    ctx: ada,
    onError: () => {},
    onProgress: (progress) => {
      told.push(progress);
      controller.abort(new Error('the person left'));
    },
  });
  const model = new ScriptedModel([{ id: 'a', name: 'forms_wait', args: {} }], 'Never.');
  const agent = createAgent({ model, tools });
  const input = { messages: [{ role: 'user' as const, content: 'Wait' }] };
  await expect(agent.invoke(input, { signal: controller.signal })).rejects.toThrow();
  expect(told).toMatchObject([{ progress: 1, tool: 'forms_wait', toolCallId: 'a' }]);
  await expect.poll(() => done).toEqual(['aborted']);
});
