import { createMcpTestClient } from '@trpc-mcp/core/testing';
import { describe, expect, test } from 'vitest';
import {
  aiInstructions,
  aiTools,
  type ToolApprovalAsked,
  type ToolProgress,
  ToolRefusal,
} from '../src/index.ts';
import { createApp, pixel } from './app.ts';
import { lastToolContent, majors, script } from './models.ts';

const ada = { user: 'Ada' };
/** What a person is asked, with the arguments that the question does not name. */
const question = 'Deactivate "Customer 1"?\nid: 1';

const admin = { user: 'Root', isAdmin: true };

describe.each(majors)('$major', ({ major, sdk, Mock }) => {
  const { generateText, streamText, stepCountIs } = sdk;
  const stopWhen = stepCountIs(5);

  test('a model gets the tools as they are listed over MCP, and reads the JSON of a result', async () => {
    const { appRouter, done } = createApp();
    const tools = await aiTools(appRouter, { ctx: ada });
    const { model, sent } = script(Mock, [{ name: 'customers_list', input: { most: 3 } }], 'There is one.');
    const result = await generateText({ model, tools, prompt: 'Who are our customers?', stopWhen });

    await using client = createMcpTestClient(appRouter, { ctx: ada });
    const listed = await client.listTools();
    const seen = sent[0]!.tools!.map(({ name, description, inputSchema }) => ({
      name,
      description,
      inputSchema,
    }));
    expect(seen).toEqual(
      listed.map(({ name, description, inputSchema }) => ({ name, description, inputSchema })),
    );
    const customers = [{ id: 1, name: 'Ada Ltd', since: '2026-01-02T03:04:05.000Z' }];
    expect(result.text).toBe('There is one.');
    expect(result.steps[0]!.toolResults[0]!.output).toEqual(customers);
    expect(lastToolContent(sent)).toEqual([
      expect.objectContaining({ toolName: 'customers_list', output: { type: 'json', value: customers } }),
    ]);
    expect(done).toEqual(['list 3']);
  });

  test('a stream runs the tools too, several of one step at once', async () => {
    const { appRouter, done } = createApp();
    const tools = await aiTools(appRouter, { ctx: ada });
    const { model, sent } = script(
      Mock,
      [
        { name: 'customers_rename', input: { id: 1, name: 'Acme' } },
        { name: 'forms_greet', input: {} },
      ],
      [{ name: 'customers_list', input: {} }],
      'Done.',
    );
    const result = streamText({ model, tools, prompt: 'Rename it', stopWhen });
    expect(await result.text).toBe('Done.');
    expect(done).toEqual(['Ada renames 1 to Acme', 'list all']);
    expect(lastToolContent(sent.slice(0, 2))).toEqual([
      expect.objectContaining({ output: { type: 'json', value: { id: 1, name: 'Acme' } } }),
      expect.objectContaining({ output: { type: 'text', value: 'Hello Ada' } }),
    ]);
  });

  test('an agent of the SDK takes the tools', async () => {
    const { appRouter } = createApp();
    const tools = await aiTools(appRouter, { ctx: ada });
    const { model } = script(Mock, [{ name: 'forms_greet', input: {} }], 'Hi.');
    const agent = new sdk.ToolLoopAgent({ model, tools });
    const { text, steps } = await agent.generate({ prompt: 'Greet me' });
    expect([text, steps[0]!.toolResults[0]!.output]).toEqual(['Hi.', 'Hello Ada']);
  });

  test.each([
    ['a refusal of the app', 'customers_deactivate', { id: 1 }],
    ['an error that is masked', 'forms_broken', {}],
    ['arguments of a wrong type', 'customers_rename', { id: 'one', name: '' }],
    ['arguments that are left out', 'customers_rename', {}],
    ['an unknown argument', 'customers_rename', { id: 1, nam: 'Acme' }],
  ])('a model reads the words that it reads over MCP: %s', async (_, name, input) => {
    const { appRouter, done } = createApp();
    const tools = await aiTools(appRouter, { ctx: ada, onError: () => {} });
    const { model, sent } = script(Mock, [{ name, input }], 'Sorry.');
    const result = await generateText({ model, tools, prompt: 'Do it', stopWhen });

    await using client = createMcpTestClient(appRouter, { ctx: ada, onError: () => {} });
    const official = await (await client.connect()).callTool({ name, arguments: input });
    const [block] = official.content as { text: string }[];
    const withoutReference = (text: string): string => text.replace(/reference [\w-]+/, 'reference');
    const [part] = lastToolContent(sent) as { output: { type: string; value: string } }[];
    expect(part!.output.type).toBe('error-text');
    expect(withoutReference(part!.output.value)).toBe(withoutReference(block!.text));
    const error = result.steps[0]!.content.find(({ type }) => type === 'tool-error') as { error: unknown };
    expect(error.error).toBeInstanceOf(ToolRefusal);
    expect(done).toEqual([]);
  });

  test('what the call repairs is not refused by the SDK', async () => {
    const { appRouter, done } = createApp();
    const tools = await aiTools(appRouter, { ctx: ada });
    const { model } = script(
      Mock,
      [{ name: 'customers_rename', input: { id: '1', name: 'Acme' } }],
      [{ name: 'customers_list', input: { most: null } }],
      [{ name: 'customers_list', input: '' }],
      'Done.',
    );
    await generateText({ model, tools, prompt: 'Do it', stopWhen });
    expect(done).toEqual(['Ada renames 1 to Acme', 'list all', 'list all']);
  });

  test('a name that there is not, and arguments that are no JSON, are answered by the SDK, and the model goes on', async () => {
    const { appRouter, done } = createApp();
    const tools = await aiTools(appRouter, { ctx: ada });
    const { model, sent } = script(
      Mock,
      [
        { name: 'customers_rename', input: '{"id":' },
        { name: '__proto__', input: {} },
      ],
      'Sorry.',
    );
    const { text } = await generateText({ model, tools, prompt: 'Do it', stopWhen });
    expect(text).toBe('Sorry.');
    expect(JSON.stringify(lastToolContent(sent))).toMatch(/Invalid input for tool customers_rename/);
    expect(done).toEqual([]);
  });

  test('a picture reaches the model as a picture', async () => {
    const { appRouter } = createApp();
    const tools = await aiTools(appRouter, { ctx: ada });
    const { model, sent } = script(Mock, [{ name: 'forms_picture', input: {} }], 'A pixel.');
    const { steps } = await generateText({ model, tools, prompt: 'Show it', stopWhen });
    const output = steps[0]!.toolResults[0]!.output as { content: { type: string }[] };
    expect(output.content.map(({ type }) => type)).toContain('image');
    const [part] = lastToolContent(sent) as { output: { type: string; value: Record<string, unknown>[] } }[];
    expect(part!.output.type).toBe('content');
    const image =
      major === 'AI SDK 6'
        ? { type: 'image-data', data: pixel, mediaType: 'image/png' }
        : { type: 'file', data: { type: 'data', data: pixel }, mediaType: 'image/png' };
    expect(part!.output.value).toContainEqual(image);
    // The same output, when it comes back from a browser.
    const again = await sdk.convertToModelMessages(
      [
        {
          role: 'assistant',
          parts: [
            { type: 'tool-forms_picture', toolCallId: '1', state: 'output-available', input: {}, output },
          ],
        },
      ],
      { tools: await aiTools(appRouter, { ctx: ada }) },
    );
    const other = script(Mock, 'A pixel.');
    await generateText({ model: other.model, messages: [...again, { role: 'user', content: 'Again' }] });
    const [told] = lastToolContent(other.sent) as { output: unknown }[];
    expect(told!.output).toEqual(part!.output);
  });

  test('a result that looks like content is told apart from it, also when it comes back from a browser', async () => {
    const { appRouter } = createApp();
    const tools = await aiTools(appRouter, { ctx: ada });
    const output = await tools.forms_post.execute({}, { toolCallId: 'call-1', messages: [] });
    const json = '{"content":[{"type":"text","text":"looks like a block"}]}';
    expect(output).toEqual({ content: [{ type: 'text', text: json }], structuredContent: JSON.parse(json) });
    const messages = await sdk.convertToModelMessages(
      [
        {
          role: 'assistant',
          parts: [
            { type: 'tool-forms_post', toolCallId: 'call-1', state: 'output-available', input: {}, output },
          ],
        },
      ],
      { tools },
    );
    expect(messages.at(-1)).toMatchObject({ content: [{ output: { type: 'text', value: json } }] });
  });

  test.each([
    { type: 'image' },
    { type: 'image', data: 7, mimeType: 5 },
    { type: 'audio', data: 'x' },
    { type: 'resource' },
    { type: 'resource', resource: null },
    { type: 'resource', resource: { uri: 7, blob: 'x' } },
    { type: 'resource_link' },
    { type: 'text' },
  ])('an output that a browser made up is JSON to the model: %j', async (block) => {
    const { appRouter } = createApp();
    const { forms_picture: picture } = await aiTools(appRouter, { ctx: ada });
    const output = { content: [block, { type: 'text', text: 'x' }] };
    expect(picture.toModelOutput({ output: output as never })).toEqual({ type: 'json', value: output });
  });

  test('a procedure that returns nothing tells the model that it is done', async () => {
    const { appRouter } = createApp();
    const tools = await aiTools(appRouter, { ctx: ada });
    const { model, sent } = script(Mock, [{ name: 'forms_nothing', input: {} }], 'Done.');
    await generateText({ model, tools, prompt: 'Do it', stopWhen });
    expect(lastToolContent(sent)).toEqual([
      expect.objectContaining({ output: { type: 'text', value: 'Operation completed successfully' } }),
    ]);
  });

  test('progress says which call it is of, and an abort ends the procedure', async () => {
    const { appRouter, done } = createApp();
    const told: ToolProgress[] = [];
    const controller = new AbortController();
    const tools = await aiTools(appRouter, {
      ctx: ada,
      onProgress: (progress) => {
        told.push(progress);
        controller.abort(new Error('the person left'));
      },
    });
    const options = { toolCallId: 'call-7', messages: [], abortSignal: controller.signal };
    await expect(tools.forms_wait.execute({}, options)).rejects.toThrow('the person left');
    expect(told).toEqual([
      { progress: 1, total: 2, message: 'half', tool: 'forms_wait', toolCallId: 'call-7' },
    ]);
    await expect.poll(() => done).toEqual(['aborted']);
  });

  describe('consent', () => {
    const deactivate = [{ name: 'customers_deactivate', input: { id: 1 }, id: 'call-1' }];

    /** Lets a model call what needs an approval, and answers it. */
    async function ask(answer: { approved: boolean; reason?: string }, change = (input: unknown) => input) {
      const { appRouter, done } = createApp();
      const asked: ToolApprovalAsked[] = [];
      const tools = await aiTools(appRouter, { ctx: admin, onApproval: (each) => asked.push(each) });
      const { model, sent } = script(Mock, deactivate, 'So be it.');
      const first = await generateText({ model, tools, prompt: 'Deactivate it', stopWhen });
      expect(done).toEqual([]);
      const request = first.content.find(({ type }) => type === 'tool-approval-request') as {
        approvalId: string;
      };
      const messages = [
        { role: 'user' as const, content: 'Deactivate it' },
        ...first.response.messages.map((message) =>
          typeof message.content === 'string'
            ? message
            : {
                ...message,
                content: message.content.map((part) =>
                  part.type === 'tool-call' ? { ...part, input: change(part.input) } : part,
                ),
              },
        ),
        {
          role: 'tool' as const,
          content: [{ type: 'tool-approval-response' as const, approvalId: request.approvalId, ...answer }],
        },
      ] as Parameters<typeof generateText>[0]['messages'];
      return { asked, done, model, sent, tools, messages: messages! };
    }

    test('a tool that asks waits for an approval, and runs with it', async () => {
      const { asked, done, model, sent, tools, messages } = await ask({ approved: true });
      expect(asked).toEqual([
        {
          toolCallId: 'call-1',
          tool: 'customers_deactivate',
          input: { id: 1 },
          question,
        },
      ]);
      const { text } = await generateText({ model, tools, messages, stopWhen });
      expect([text, done]).toEqual(['So be it.', ['Root deactivates 1']]);
      expect(asked).toHaveLength(1);
      expect(lastToolContent(sent)).toContainEqual(
        expect.objectContaining({ output: { type: 'json', value: { deactivated: 1 } } }),
      );
    });

    test('a stream runs an approved call', async () => {
      const { done, model, tools, messages } = await ask({ approved: true });
      const result = streamText({ model, tools, messages, stopWhen });
      expect(await result.text).toBe('So be it.');
      expect(done).toEqual(['Root deactivates 1']);
    });

    test('a call that a person denies does not run, and the model reads that', async () => {
      const { done, model, sent, tools, messages } = await ask({ approved: false, reason: 'not today' });
      await generateText({ model, tools, messages, stopWhen });
      expect(done).toEqual([]);
      expect(JSON.stringify(lastToolContent(sent))).toMatch(/execution-denied.*not today/);
    });

    test('an approved call of somebody who may not make it any more is refused in the words of the app', async () => {
      const { model, sent, messages } = await ask({ approved: true });
      const { appRouter, done } = createApp();
      const tools = await aiTools(appRouter, { ctx: ada });
      await generateText({ model, tools, messages, stopWhen });
      expect(done).toEqual([]);
      expect(lastToolContent(sent)).toContainEqual(
        expect.objectContaining({
          output: { type: 'error-text', value: 'FORBIDDEN: Only admins may do this.' },
        }),
      );
    });

    test('a direct call without an approval does not run, and says what is missing', async () => {
      const { done, tools } = await ask({ approved: true });
      const call = tools.customers_deactivate.execute({ id: 1 }, { toolCallId: 'call-1', messages: [] });
      await expect(call).rejects.toThrow(
        /needs a person's approval, and the messages hold none of exactly this call: "Deactivate "Customer 1"\?/,
      );
      await expect(call).rejects.toMatchObject({ code: 'PRECONDITION_FAILED', tool: 'customers_deactivate' });
      expect(done).toEqual([]);
    });

    test.each([
      ['nothing', undefined],
      ['no messages', { toolCallId: 'call-1' }],
      ['no list', { toolCallId: 'call-1', messages: 'approved' }],
      ['a message that is none', { toolCallId: 'call-1', messages: [null] }],
      [
        'parts that are none',
        {
          toolCallId: 'call-1',
          messages: [
            { role: 'assistant', content: [null] },
            { role: 'tool', content: [null] },
          ],
        },
      ],
    ])('a direct call with %s does not run a tool that asks', async (_, options) => {
      const { done, tools } = await ask({ approved: true });
      const call = tools.customers_deactivate.execute({ id: 1 }, options as never);
      await expect(call).rejects.toThrow(/needs a person's approval/);
      expect(done).toEqual([]);
      // What asks nobody needs nothing of the SDK.
      expect(await tools.forms_greet.execute({}, options as never)).toBe('Hello Root');
    });

    test.each([
      ['other arguments', { id: 2 }, 'call-1'],
      ['another call', { id: 1 }, 'call-2'],
      ['more arguments', { id: 1, extra: true }, 'call-1'],
    ])('an approval counts for one call: not for %s', async (_, input, toolCallId) => {
      const { done, tools, messages } = await ask({ approved: true });
      const call = tools.customers_deactivate.execute(input, { toolCallId, messages });
      await expect(call).rejects.toThrow(ToolRefusal);
      expect(done).toEqual([]);
      // The same messages do hold an approval of the call that was asked about, and it is good for one call.
      await tools.customers_deactivate.execute({ id: 1 }, { toolCallId: 'call-1', messages });
      expect(done).toEqual(['Root deactivates 1']);
    });

    test('messages that are sent twice run an approved call once', async () => {
      const { done, sent, tools, messages } = await ask({ approved: true });
      const model = script(Mock, 'So be it.', 'It was done.');
      await generateText({ model: model.model, tools, messages, stopWhen });
      const again = await generateText({ model: model.model, tools, messages, stopWhen });
      expect(again.text).toBe('It was done.');
      expect(done).toEqual(['Root deactivates 1']);
      expect(JSON.stringify(lastToolContent(model.sent))).toMatch(/CONFLICT: this approval was used already/);
      expect(sent).toHaveLength(1);
    });

    test('an approval in earlier messages, or of a call that has its result, is used up', async () => {
      const { done, tools, messages } = await ask({ approved: true });
      const result = {
        type: 'tool-result' as const,
        toolCallId: 'call-1',
        toolName: 'customers_deactivate',
        output: { type: 'json' as const, value: {} },
      };
      const last = messages.at(-1) as { role: 'tool'; content: object[] };
      const histories = [
        [...messages, { role: 'tool' as const, content: [result] }],
        [...messages.slice(0, -1), { ...last, content: [...last.content, result] }],
        [...messages, { role: 'user' as const, content: 'Again' }],
      ] as (typeof messages)[];
      for (const history of histories) {
        const options = { toolCallId: 'call-1', messages: history };
        await expect(tools.customers_deactivate.execute({ id: 1 }, options)).rejects.toThrow(ToolRefusal);
      }
      expect(done).toEqual([]);
    });

    test('with onElicit the app asks, and the SDK asks nobody', async () => {
      const { appRouter, done } = createApp();
      const questions: string[] = [];
      const answers = ['decline', 'accept'] as const;
      const tools = await aiTools(appRouter, {
        ctx: admin,
        onElicit: ({ message }, { tool }) => {
          questions.push(`${tool}: ${message}`);
          return { action: answers[questions.length - 1]!, content: {} };
        },
      });
      expect(tools.customers_deactivate.needsApproval).toBeUndefined();
      const { model, sent } = script(Mock, deactivate, [{ ...deactivate[0]!, id: 'call-2' }], 'Done.');
      await generateText({ model, tools, prompt: 'Deactivate it', stopWhen });
      const asked = `customers_deactivate: ${question}`;
      expect(questions).toEqual([asked, asked]);
      expect(done).toEqual(['Root deactivates 1']);
      expect(JSON.stringify(lastToolContent(sent.slice(0, 2)))).toMatch(/the person declined/);
    });
  });

  describe('search', () => {
    test('a model finds tools and calls them, and a change asks for an approval', async () => {
      const { appRouter, done } = createApp();
      const asked: ToolApprovalAsked[] = [];
      const tools = await aiTools(appRouter, {
        ctx: admin,
        discovery: 'search',
        onApproval: (each) => asked.push(each),
      });
      expect(Object.keys(tools).toSorted()).toEqual([
        'describe_tools',
        'run_mutation',
        'run_query',
        'search_tools',
      ]);
      const input = { name: 'customers_deactivate', arguments: { id: 1 } };
      const { model } = script(
        Mock,
        [{ name: 'search_tools', input: { query: 'deactivate customer' } }],
        [{ name: 'run_mutation', input, id: 'call-9' }],
        'Done.',
      );
      const first = await generateText({ model, tools, prompt: 'Deactivate it', stopWhen });
      expect(JSON.stringify(first.steps[0]!.toolResults)).toContain('customers_deactivate');
      expect(asked).toMatchObject([{ tool: 'run_mutation', question }]);
      expect(done).toEqual([]);
      const request = first.content.find(({ type }) => type === 'tool-approval-request') as {
        approvalId: string;
      };
      const messages = [
        { role: 'user' as const, content: 'Deactivate it' },
        ...first.response.messages,
        {
          role: 'tool' as const,
          content: [
            { type: 'tool-approval-response' as const, approvalId: request.approvalId, approved: true },
          ],
        },
      ];
      const { text } = await generateText({ model, tools, messages, stopWhen });
      expect([text, done]).toEqual(['Done.', ['Root deactivates 1']]);
    });
  });
});

test('the instructions are read with the options of the tools', async () => {
  const { appRouter } = createApp();
  const asked: ToolApprovalAsked[] = [];
  const options = {
    ctx: ada,
    server: { name: 'app', version: '1', instructions: 'Be kind.' },
    onApproval: (call: ToolApprovalAsked) => asked.push(call),
    onProgress: () => {},
  };
  await aiTools(appRouter, options);
  expect(await aiInstructions(appRouter, options)).toBe('Be kind.');
});
