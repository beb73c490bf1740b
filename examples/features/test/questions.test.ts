import { describe, expect, test } from 'vitest';
import { connected, createApp, projects } from '../questions.ts';
import { connect, type PersonsAnswer, type Revision } from './clients.ts';
import { start } from 'example-testing/server';

const able: [Revision, 'stateless' | 'sessions'][] = [
  ['2026-07-28', 'stateless'],
  ['2025-11-25', 'sessions'],
];

describe.each(able)('a person at a client of %s, %s,', (revision, legacy) => {
  const callAs = async (answer: PersonsAnswer, tool: string, args: Record<string, unknown>) => {
    await using server = await start(createApp(legacy));
    const asked: string[] = [];
    await using client = await connect(revision, server.url, {
      answer({ message }) {
        asked.push(message);
        return answer;
      },
    });
    return { ...(await client.call(tool, args)), asked };
  };

  test('is asked by a form, and the procedure goes on with the answer', async () => {
    projects.add('gemini');
    const accept = { action: 'accept' as const, content: { name: 'gemini', reason: 'mistake' } };
    const { text, asked } = await callAs(accept, 'remove', { project: 'gemini' });
    expect(text).toContain('gemini is gone');
    expect(asked).toEqual(['Remove gemini and all that is in it?']);
    expect(projects.has('gemini')).toBe(false);
  });

  test.each<PersonsAnswer>([
    { action: 'decline' },
    { action: 'cancel' },
    { action: 'accept', content: { name: 'gemini', reason: 'finished' } },
  ])('who answers %o keeps the project', async (answer) => {
    const { isError, text } = await callAs(answer, 'remove', { project: 'apollo' });
    expect(isError).toBe(true);
    expect(text).toContain('apollo stays: nobody has confirmed it.');
    expect(projects.has('apollo')).toBe(true);
  });

  test('is sent to a page for what the client must not see', async () => {
    const signIn = () => callAs({ action: 'accept' }, 'connect', { account: 'bank' });
    connected.delete('bank');
    expect((await signIn()).text).toContain('bank is not connected');
    connected.add('bank');
    expect((await signIn()).text).toContain('bank is connected');
  });
});

test('answers are good for one call', async () => {
  projects.add('gemini');
  await using server = await start(createApp());
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } },
  };
  const send = async (more: object) => {
    const params = { name: 'remove', arguments: { project: 'gemini' }, ...more, _meta };
    const response = await fetch(server.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'tools/call',
        'mcp-name': 'remove',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
    });
    return ((await response.json()) as { result: Answered }).result;
  };
  const { inputRequests = {}, requestState } = await send({});
  const content = { name: 'gemini', reason: 'mistake' };
  const [key = ''] = Object.keys(inputRequests);
  const answered = { requestState, inputResponses: { [key]: { action: 'accept', content } } };
  expect((await send(answered)).content?.[0]?.text).toContain('gemini is gone');
  expect((await send(answered)).content?.[0]?.text).toContain('CONFLICT: these answers were used already');
});

interface Answered {
  inputRequests?: Record<string, unknown>;
  requestState?: string;
  content?: { text: string }[];
}

test('a client of 2026 without forms is refused, and nothing is changed', async () => {
  await using server = await start(createApp());
  await using client = await connect('2026-07-28', server.url);
  await expect(client.call('remove', { project: 'mercury' })).rejects.toMatchObject({ code: -32_021 });
  expect(projects.has('mercury')).toBe(true);
});

test('a client of 2025 without a session cannot be asked, and the model reads why', async () => {
  await using server = await start(createApp('stateless'));
  await using client = await connect('2025-11-25', server.url, { answer: () => ({ action: 'accept' }) });
  const { isError, text } = await client.call('remove', { project: 'mercury' });
  expect(isError).toBe(true);
  expect(text).toContain('PRECONDITION_FAILED: this needs an answer from a person');
  expect(projects.has('mercury')).toBe(true);
});
