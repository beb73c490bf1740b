import Anthropic from '@anthropic-ai/sdk';
import type { MessageParam } from '@anthropic-ai/sdk/resources/messages';
import { createMcpTestClient } from '@trpc-mcp/core/testing';
import { expect, test } from 'vitest';
import { aiTools } from '../src/anthropic/anthropic.ts';
import { serveScript } from './api-server.ts';
import { createApp, pixel } from './app.ts';

const ada = { user: 'Ada' };
const admin = { user: 'Root', isAdmin: true };
const common = { model: 'scripted', max_tokens: 100 };

/** The answer of the Messages API. */
function message(said: string | { id: string; name: string; input: unknown }[]) {
  const isText = typeof said === 'string';
  return {
    id: 'message',
    type: 'message',
    role: 'assistant',
    model: 'scripted',
    content: isText ? [{ type: 'text', text: said }] : said.map((call) => ({ type: 'tool_use', ...call })),
    stop_reason: isText ? 'end_turn' : 'tool_use',
    stop_sequence: null,
    usage: { input_tokens: 1, output_tokens: 1 },
  };
}

test('Claude gets the tools, and reads the results of its calls with pictures and documents', async () => {
  const { appRouter, done } = createApp();
  await using server = await serveScript(
    message([
      { id: 'a', name: 'customers_rename', input: { id: 1, name: 'Acme' } },
      { id: 'b', name: 'forms_picture', input: {} },
      { id: 'c', name: 'forms_document', input: {} },
      { id: 'd', name: 'customers_deactivate', input: { id: 1 } },
      { id: 'e', name: 'customers_renam', input: {} },
    ]),
    message('Done.'),
  );
  const anthropic = new Anthropic({ apiKey: 'none', baseURL: server.url });
  const { tools, run } = await aiTools(appRouter, { ctx: ada });
  const messages: MessageParam[] = [{ role: 'user', content: 'Rename it' }];
  const first = await anthropic.messages.create({ ...common, messages, tools });
  const calls = first.content.filter((block) => block.type === 'tool_use');
  messages.push({ role: 'assistant', content: first.content });
  messages.push({ role: 'user', content: await Promise.all(calls.map((block) => run(block))) });
  const last = await anthropic.messages.create({ ...common, messages, tools });

  await using client = createMcpTestClient(appRouter, { ctx: ada });
  expect(server.sent[0]!['tools']).toEqual(
    (await client.listTools()).map(({ name, description, inputSchema }) => ({
      name,
      description,
      input_schema: inputSchema,
    })),
  );
  const sent = server.sent[1]!['messages'] as { content: unknown[] }[];
  const [renamed, picture, document, refused, unknown] = sent.at(-1)!.content;
  expect(renamed).toEqual({ type: 'tool_result', tool_use_id: 'a', content: '{"id":1,"name":"Acme"}' });
  expect(picture).toMatchObject({
    tool_use_id: 'b',
    content: expect.arrayContaining([
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: pixel } },
    ]),
  });
  expect(document).toMatchObject({
    tool_use_id: 'c',
    content: expect.arrayContaining([
      {
        type: 'document',
        source: {
          type: 'base64',
          media_type: 'application/pdf',
          data: Buffer.from('%PDF-1.4').toString('base64'),
        },
      },
    ]),
  });
  expect(refused).toEqual({
    type: 'tool_result',
    tool_use_id: 'd',
    content: 'FORBIDDEN: Only admins may do this.',
    is_error: true,
  });
  expect(unknown).toMatchObject({
    tool_use_id: 'e',
    content: expect.stringMatching(/Unknown tool: customers_renam\. Did you mean customers_rename/),
    is_error: true,
  });
  expect(last.content).toMatchObject([{ text: 'Done.' }]);
  expect(done).toEqual(['Ada renames 1 to Acme']);
});

test('toolRunner of the SDK calls the tools by itself, and a refusal is in our words', async () => {
  const { appRouter, done } = createApp();
  await using server = await serveScript(
    message([
      { id: 'a', name: 'customers_list', input: { most: 2 } },
      { id: 'b', name: 'customers_deactivate', input: { id: 1 } },
    ]),
    message('One.'),
  );
  const anthropic = new Anthropic({ apiKey: 'none', baseURL: server.url });
  const { tools } = await aiTools(appRouter, { ctx: ada });
  const last = await anthropic.beta.messages.toolRunner({
    ...common,
    messages: [{ role: 'user', content: 'How many?' }],
    tools,
  });
  expect(last.content).toMatchObject([{ text: 'One.' }]);
  const sent = server.sent[1]!['messages'] as { content: unknown[] }[];
  expect(sent.at(-1)!.content).toMatchObject([
    { tool_use_id: 'a', content: '[{"id":1,"name":"Ada Ltd","since":"2026-01-02T03:04:05.000Z"}]' },
    { tool_use_id: 'b', content: 'FORBIDDEN: Only admins may do this.', is_error: true },
  ]);
  expect(done).toEqual(['list 2']);
});

test('a person is asked by the app: with consentFor and isApproved, or with onElicit', async () => {
  const { appRouter, done } = createApp();
  const { run, consentFor } = await aiTools(appRouter, { ctx: admin });
  const block = { id: 'a', name: 'customers_deactivate', input: { id: 1 } };
  expect(await consentFor(block)).toMatch(/^Deactivate "Customer 1"\?/);
  expect(await run(block)).toMatchObject({ is_error: true });
  expect(done).toEqual([]);
  expect(await run(block, { isApproved: true })).toEqual({
    type: 'tool_result',
    tool_use_id: 'a',
    content: '{"deactivated":1}',
  });
  const asking = await aiTools(appRouter, { ctx: admin, onElicit: () => ({ action: 'decline' }) });
  expect(await asking.run(block)).toMatchObject({ content: expect.stringMatching(/the person declined/) });
  expect(done).toEqual(['Root deactivates 1']);
});

test('an abort ends the procedure', async () => {
  const { appRouter, done } = createApp();
  const controller = new AbortController();
  const { run } = await aiTools(appRouter, {
    ctx: ada,
    onError: () => {},
    onProgress: () => controller.abort(new Error('the person left')),
  });
  const call = run({ id: 'a', name: 'forms_wait', input: {} }, { signal: controller.signal });
  await expect(call).rejects.toThrow('the person left');
  expect(done).toEqual(['aborted']);
});
