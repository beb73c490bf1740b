import { createMcpTestClient } from '@trpc-mcp/core/testing';
import OpenAI from 'openai';
import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import type { ResponseInputItem } from 'openai/resources/responses/responses';
import { expect, test } from 'vitest';
import { aiInstructions, aiTools, type ToolProgress } from '../src/openai/openai.ts';
import { serveScript } from './api-server.ts';
import { createApp, pixel } from './app.ts';

const ada = { user: 'Ada' };
const admin = { user: 'Root', isAdmin: true };
const model = 'scripted';

interface Written {
  id: string;
  name: string;
  args: string;
}

/** The answer of Chat Completions. */
function chat(said: string | Written[]) {
  const message =
    typeof said === 'string'
      ? { role: 'assistant', content: said }
      : {
          role: 'assistant',
          content: null,
          tool_calls: said.map(({ id, name, args }) => ({
            id,
            type: 'function',
            function: { name, arguments: args },
          })),
        };
  return {
    id: 'chat',
    object: 'chat.completion',
    choices: [{ index: 0, message, finish_reason: typeof said === 'string' ? 'stop' : 'tool_calls' }],
  };
}

/** The answer of Responses. */
function response(said: string | Written[]) {
  const output =
    typeof said === 'string'
      ? [{ id: 'm', type: 'message', role: 'assistant', content: [{ type: 'output_text', text: said }] }]
      : said.map(({ id, name, args }) => ({ type: 'function_call', call_id: id, name, arguments: args }));
  return { id: 'response', object: 'response', output };
}

test('Chat Completions: a model gets the tools, and reads the results of its calls', async () => {
  const { appRouter, done } = createApp();
  await using server = await serveScript(
    chat([
      { id: 'a', name: 'customers_rename', args: '{"id":1,"name":"Acme"}' },
      { id: 'b', name: 'customers_list', args: '' },
    ]),
    chat('Renamed.'),
  );
  const openai = new OpenAI({ apiKey: 'none', baseURL: server.url });
  const { tools, run } = await aiTools(appRouter, { ctx: ada });
  const messages: ChatCompletionMessageParam[] = [{ role: 'user', content: 'Rename it' }];
  const { choices } = await openai.chat.completions.create({ model, messages, tools });
  messages.push(choices[0]!.message);
  for (const call of choices[0]!.message.tool_calls ?? []) messages.push(await run(call));
  const last = await openai.chat.completions.create({ model, messages, tools });

  await using client = createMcpTestClient(appRouter, { ctx: ada });
  const listed = await client.listTools();
  expect(server.sent[0]!['tools']).toEqual(
    listed.map(({ name, description, inputSchema }) => ({
      type: 'function',
      function: { name, description, parameters: inputSchema, strict: false },
    })),
  );
  expect((server.sent[1]!['messages'] as unknown[]).slice(2)).toEqual([
    { role: 'tool', tool_call_id: 'a', content: '{"id":1,"name":"Acme"}' },
    {
      role: 'tool',
      tool_call_id: 'b',
      content: '[{"id":1,"name":"Ada Ltd","since":"2026-01-02T03:04:05.000Z"}]',
    },
  ]);
  expect(last.choices[0]!.message.content).toBe('Renamed.');
  expect(done).toEqual(['Ada renames 1 to Acme', 'list all']);
});

test('runTools of the SDK calls the tools by itself, also from a stream', async () => {
  const { appRouter, done } = createApp();
  const events = [
    { choices: [{ index: 0, delta: { role: 'assistant', content: '' } }] },
    {
      choices: [
        {
          index: 0,
          delta: {
            tool_calls: [
              { index: 0, id: 'a', type: 'function', function: { name: 'forms_greet', arguments: '{' } },
            ],
          },
        },
      ],
    },
    { choices: [{ index: 0, delta: { tool_calls: [{ index: 0, function: { arguments: '}' } }] } }] },
    { choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] },
  ];
  const stream = [
    ...events.map(
      (event) => `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', ...event })}`,
    ),
    'data: [DONE]',
    '',
  ].join('\n\n');
  await using server = await serveScript(
    chat([{ id: 'a', name: 'customers_list', args: '{"most":2}' }]),
    chat('One.'),
    stream,
    [
      `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta: { role: 'assistant', content: 'Hi.' }, finish_reason: 'stop' }] })}`,
      'data: [DONE]',
      '',
    ].join('\n\n'),
  );
  const openai = new OpenAI({ apiKey: 'none', baseURL: server.url });
  const { tools } = await aiTools(appRouter, { ctx: ada });
  const messages = [{ role: 'user' as const, content: 'How many?' }];
  const runner = openai.chat.completions.runTools({ model, messages, tools });
  expect(await runner.finalContent()).toBe('One.');
  const streaming = openai.chat.completions.runTools({ model, messages, tools, stream: true });
  expect(await streaming.finalContent()).toBe('Hi.');
  expect(JSON.stringify(server.sent[3]!['messages'])).toContain('Hello Ada');
  expect(done).toEqual(['list 2']);
});

test('Responses: a model gets the tools, reads words, and sees pictures and documents', async () => {
  const { appRouter } = createApp();
  await using server = await serveScript(
    response([
      { id: 'a', name: 'forms_greet', args: '{}' },
      { id: 'b', name: 'forms_picture', args: '{}' },
      { id: 'c', name: 'forms_document', args: '{}' },
    ]),
    response('Seen.'),
  );
  const openai = new OpenAI({ apiKey: 'none', baseURL: server.url });
  const { responsesTools: tools, run } = await aiTools(appRouter, { ctx: ada });
  const input: ResponseInputItem[] = [{ role: 'user', content: 'Show me' }];
  const { output } = await openai.responses.create({ model, input, tools });
  for (const item of output) {
    if (item.type === 'function_call') input.push(item, await run(item));
  }
  const last = await openai.responses.create({ model, input, tools });

  await using client = createMcpTestClient(appRouter, { ctx: ada });
  expect(server.sent[0]!['tools']).toEqual(
    (await client.listTools()).map(({ name, description, inputSchema }) => ({
      type: 'function',
      name,
      description,
      parameters: inputSchema,
      strict: false,
    })),
  );
  const [greeting, picture, document] = (
    server.sent[1]!['input'] as { type?: string; output?: unknown }[]
  ).filter(({ type }) => type === 'function_call_output');
  expect(greeting).toEqual({ type: 'function_call_output', call_id: 'a', output: 'Hello Ada' });
  expect(picture!.output).toContainEqual({
    type: 'input_image',
    detail: 'auto',
    image_url: `data:image/png;base64,${pixel}`,
  });
  expect(document!.output).toContainEqual({
    type: 'input_file',
    filename: 'document.pdf',
    file_data: `data:application/pdf;base64,${Buffer.from('%PDF-1.4').toString('base64')}`,
  });
  expect(last.output_text).toBe('Seen.');
});

test('a model reads words where Chat Completions has no place for a file', async () => {
  const { appRouter } = createApp();
  const { run } = await aiTools(appRouter, { ctx: ada });
  const { content } = await run({
    id: 'a',
    type: 'function',
    function: { name: 'forms_picture', arguments: '' },
  });
  expect(content).toMatch(/\[a file that cannot be shown here: image\/png, 70 bytes\]/);
  expect(content).not.toContain(pixel);
});

test.each([
  ['a refusal of the app', 'customers_deactivate', '{"id":1}', 'FORBIDDEN: Only admins may do this.'],
  ['arguments that do not fit', 'customers_rename', '{"id":1}', /^BAD_REQUEST: .*\nname: required/],
  [
    'arguments that are no JSON',
    'customers_rename',
    '{"id":',
    /^The arguments are not valid JSON, and nothing was/,
  ],
  ['arguments that are no object', 'customers_rename', '[]', /arguments have to be an object/],
  [
    'an unknown name',
    'customers_renam',
    '{}',
    /Unknown tool: customers_renam\. Did you mean customers_rename/,
  ],
  ['a name of every object', '__proto__', '{}', /Unknown tool/],
])('what goes wrong is words for the model: %s', async (_, name, args, words) => {
  const { appRouter, done } = createApp();
  const { run } = await aiTools(appRouter, { ctx: ada });
  const message = await run({ id: 'a', type: 'function', function: { name, arguments: args } });
  expect(message).toEqual({
    role: 'tool',
    tool_call_id: 'a',
    content: typeof words === 'string' ? words : expect.stringMatching(words),
  });
  const item = await run({ type: 'function_call', call_id: 'b', name, arguments: args });
  expect(item).toEqual({ type: 'function_call_output', call_id: 'b', output: message.content });
  expect(done).toEqual([]);
});

test('a call of a custom tool is answered too, because the API wants an answer for each call', async () => {
  const { appRouter } = createApp();
  const { run } = await aiTools(appRouter, { ctx: ada });
  const message = await run({ id: 'a', type: 'custom', custom: { name: 'shell', input: 'ls' } });
  expect(message).toMatchObject({
    role: 'tool',
    tool_call_id: 'a',
    content: expect.stringMatching(/BAD_REQUEST/),
  });
});

test('arguments that a server has left out or parsed already are taken, and a list is refused in words', async () => {
  const { appRouter, done } = createApp();
  const { run, consentFor, tools } = await aiTools(appRouter, { ctx: ada });
  const call = (given: unknown) =>
    ({ id: 'a', type: 'function', function: { name: 'customers_list', arguments: given } }) as never;
  const contents: unknown[] = [];
  for (const given of [undefined, null, { most: 2 }, [1], 7]) {
    expect(await consentFor(call(given))).toBeUndefined();
    contents.push(((await run(call(given))) as { content: unknown }).content);
  }
  expect(done).toEqual(['list all', 'list all', 'list 2']);
  expect(contents.slice(3)).toEqual([
    expect.stringMatching(/have to be an object, not a list/),
    expect.stringMatching(/have to be an object, not a number/),
  ]);
  const wait = tools.find(({ function: { name } }) => name === 'forms_wait')!.function.function as (
    args: string,
    runner: unknown,
  ) => Promise<string>;
  const controller = new AbortController();
  const waiting = wait('{}', { controller });
  controller.abort(new Error('the runner was aborted'));
  await expect(waiting).rejects.toThrow('the runner was aborted');
});

test('a person is asked by the app: with consentFor and isApproved, or with onElicit', async () => {
  const { appRouter, done } = createApp();
  const { run, consentFor } = await aiTools(appRouter, { ctx: admin });
  const call = {
    id: 'a',
    type: 'function' as const,
    function: { name: 'customers_deactivate', arguments: '{"id":1}' },
  };
  expect(await consentFor(call)).toMatch(/^Deactivate "Customer 1"\?/);
  expect((await run(call)).content).toMatch(/needs the consent of a person/);
  expect(done).toEqual([]);
  expect((await run(call, { isApproved: true })).content).toBe('{"deactivated":1}');
  const asking = await aiTools(appRouter, {
    ctx: admin,
    onElicit: () => ({ action: 'accept', content: {} }),
  });
  expect((await asking.run(call)).content).toBe('{"deactivated":1}');
  expect(done).toHaveLength(2);
  const readable = { ...call, function: { name: 'customers_list', arguments: '{"most":' } };
  expect(await consentFor(readable)).toBeUndefined();
});

test('progress says which call it is of, and an abort ends the procedure', async () => {
  const { appRouter, done } = createApp();
  const told: ToolProgress[] = [];
  const controller = new AbortController();
  const { run } = await aiTools(appRouter, {
    ctx: ada,
    onError: () => {},
    onProgress: (progress) => {
      told.push(progress);
      controller.abort(new Error('the person left'));
    },
  });
  const call = { type: 'function_call' as const, call_id: 'a', name: 'forms_wait', arguments: '{}' };
  await expect(run(call, { signal: controller.signal })).rejects.toThrow('the person left');
  expect(told).toEqual([{ progress: 1, total: 2, message: 'half', tool: 'forms_wait', toolCallId: 'a' }]);
  expect(done).toEqual(['aborted']);
});

test('the instructions of the app are there for the system prompt', async () => {
  const { appRouter } = createApp();
  const server = {
    name: 'app',
    version: '1',
    instructions: (ctx: { user: string }) => `You help ${ctx.user}.`,
  };
  expect(await aiInstructions(appRouter, { ctx: ada, server })).toBe('You help Ada.');
  expect(await aiInstructions(appRouter, { ctx: ada })).toBeUndefined();
});
