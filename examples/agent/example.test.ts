import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { startScript } from '../testing/start.ts';
import { POST } from './route.ts';

const folder = new URL('.', import.meta.url);

test('a person talks to the agent, which adds a note, removes it with their consent, and lists what is left', async () => {
  await using server = await startScript({ folder });
  const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'client.ts', server.url], {
    cwd: fileURLToPath(folder),
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(stdout.trim().split('\n')).toEqual([
    'you: add Buy milk',
    'answer: The tool answered: {"type":"json","value":{"id":2,"text":"Buy milk","author":"Ben"}}',
    'you: remove 2',
    'asked: Remove note 2? yes',
    'answer: The tool answered: {"type":"json","value":{"removed":"Buy milk"}}',
    'you: list',
    'answer: The tool answered: {"type":"json","value":[{"id":1,"text":"Water the plants","author":"Ada"}]}',
  ]);
});

test('a route handler streams the same answer', async () => {
  const parts = [{ type: 'text', text: 'list' }];
  const body = JSON.stringify({ messages: [{ id: '0', role: 'user', parts }] });
  const response = await POST(new Request('http://localhost/chat', { method: 'POST', body }));
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  expect(await response.text()).toMatch(/"toolName":"notes_list"[^]*Water the plants/);
});

test('a person may say something else instead of answering a question', async () => {
  const user = (id: string, text: string) => ({ id, role: 'user', parts: [{ type: 'text', text }] });
  const asked = {
    type: 'tool-notes_remove',
    toolCallId: 'call',
    state: 'approval-requested',
    input: { id: 1 },
    approval: { id: 'approval' },
  };
  const messages = [user('0', 'remove 1'), { id: '1', role: 'assistant', parts: [asked] }, user('2', 'list')];
  const body = JSON.stringify({ messages });
  const response = await POST(new Request('http://localhost/chat', { method: 'POST', body }));
  expect(await response.text()).toMatch(/"toolName":"notes_list"[^]*Water the plants/);
});
