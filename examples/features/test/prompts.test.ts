import { describe, expect, test } from 'vitest';
import { handler } from '../prompts.ts';
import { connect, revisions } from './clients.ts';
import { start } from 'example-testing/server';

describe.each(revisions)('the official client of %s', (revision) => {
  test('lists prompts with their arguments', async () => {
    await using server = await start(handler);
    await using client = await connect(revision, server.url);
    const { prompts } = await client.any.listPrompts();
    expect(prompts.map(({ name }) => name)).toEqual(['explain', 'practise_interview', 'review']);
    expect(prompts.find(({ name }) => name === 'review')).toMatchObject({
      title: 'Review a text',
      arguments: [
        { name: 'author', description: 'Whose text it is', required: true },
        { name: 'tone', required: false },
        { name: 'words', description: 'How long the review may be', required: false },
      ],
    });
  });

  test('gets a string as one message of the user, with arguments that were text', async () => {
    await using server = await start(handler);
    await using client = await connect(revision, server.url);
    const prompt = await client.any.getPrompt({ name: 'review', arguments: { author: 'Ada', words: '50' } });
    const text = 'Review the last text of Ada. Be kind, in 50 words at most.';
    expect(prompt.messages).toEqual([{ role: 'user', content: { type: 'text', text } }]);
  });

  test('gets messages of both sides, and content blocks', async () => {
    await using server = await start(handler);
    await using client = await connect(revision, server.url);
    const interview = await client.any.getPrompt({ name: 'practise_interview', arguments: { job: 'cook' } });
    expect(interview.description).toBe('An interview for the job of a cook');
    expect(interview.messages.map(({ role }) => role)).toEqual(['user', 'assistant']);
    const { messages } = await client.any.getPrompt({ name: 'explain' });
    expect(messages.map(({ content }) => content.type)).toEqual(['text', 'resource']);
  });

  test('is told what is wrong with an argument', async () => {
    await using server = await start(handler);
    await using client = await connect(revision, server.url);
    const review = (args: Record<string, string>) =>
      client.any.getPrompt({ name: 'review', arguments: args });
    await expect(review({ author: 'Zoe' })).rejects.toThrow('NOT_FOUND: Zoe has written nothing.');
    await expect(review({ author: 'Ada', words: 'many' })).rejects.toMatchObject({
      code: -32_602,
      message: expect.stringContaining('words: '),
    });
    await expect(client.any.getPrompt({ name: 'sing' })).rejects.toThrow('Unknown prompt: sing');
  });

  test('completes arguments, by a query or out of their enum', async () => {
    await using server = await start(handler);
    await using client = await connect(revision, server.url);
    const complete = async (name: string, value: string) => {
      const ref = { type: 'ref/prompt', name: 'review' } as const;
      return (await client.any.complete({ ref, argument: { name, value } })).completion.values;
    };
    expect(await complete('tone', '')).toEqual(['kind', 'strict']);
    expect(await complete('author', 'B')).toEqual(['Ben']);
    expect(await complete('words', '1')).toEqual([]);
  });
});
