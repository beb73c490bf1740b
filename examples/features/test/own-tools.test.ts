import { describe, expect, test } from 'vitest';
import { handler } from '../own-tools.ts';
import { connect, revisions } from './clients.ts';
import { start } from 'example-testing/server';

describe.each(revisions)('the official client of %s', (revision) => {
  test('sees own tools beside those of the router, each as far as it may', async () => {
    await using server = await start(handler);
    await using ada = await connect(revision, server.url, { headers: { 'x-user': 'ada' } });
    await using ben = await connect(revision, server.url, { headers: { 'x-user': 'ben' } });
    const namesFor = async ({ any }: typeof ada) => (await any.listTools()).tools.map(({ name }) => name);
    expect(await namesFor(ada)).toEqual(['convert_temperature', 'restart', 'whoAmI']);
    expect(await namesFor(ben)).toEqual(['convert_temperature', 'whoAmI']);
    expect((await ada.call('restart')).text).toContain('The worker is starting.');
    await expect(ben.call('restart')).rejects.toThrow('Unknown tool: restart');
  });

  test('calls an own tool with arguments that its schema has checked', async () => {
    await using server = await start(handler);
    await using client = await connect(revision, server.url);
    const { structured } = await client.call('convert_temperature', { celsius: 20 });
    expect(structured).toEqual({ fahrenheit: 68 });
    const wrong = await client.call('convert_temperature', { celsius: 'warm' });
    expect(wrong).toMatchObject({ isError: true, text: expect.stringContaining('celsius: ') });
  });

  test('reads an own resource and gets an own prompt', async () => {
    await using server = await start(handler);
    await using client = await connect(revision, server.url);
    const { contents } = await client.any.readResource({ uri: 'status://mail' });
    expect(contents).toMatchObject([{ text: JSON.stringify({ service: 'mail', isUp: true }) }]);
    const { messages } = await client.any.getPrompt({ name: 'greet', arguments: { name: 'Ada' } });
    expect(messages).toMatchObject([{ content: { text: 'Greet Ada.' } }]);
  });
});
