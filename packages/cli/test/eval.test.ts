import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { expect, onTestFinished, test } from 'vitest';
import { createApp, notesApp } from './app.ts';
import { bin, plainEnv, run } from './run.ts';

/** Each of these tests starts the command several times. */
const severalRuns = { timeout: 300_000 };

/** Answers by a script: what a case says chooses the script, and the results so far choose the step. */
const model = `
import { setTimeout as delay } from 'node:timers/promises';
const scripts = {
  'List the notes': [{ tool: 'notes_list', input: {} }, 'Buy milk and call Ada.'],
  'Remove note 1': [{ tool: 'notes_remove', input: { id: 1 } }, 'Removed.'],
};
export const model = {
  specificationVersion: 'v3', provider: 'scripted', modelId: 'cli', supportedUrls: {},
  async doGenerate({ prompt }) {
    if (process.env.SLOW && prompt.some(({ content }) => JSON.stringify(content).includes('Remove'))) {
      process.stderr.write('waiting\\n');
      await delay(600_000);
    }
    const said = prompt.findLast(({ role }) => role === 'user').content[0].text;
    const step = scripts[said][prompt.filter(({ role }) => role === 'tool').length];
    return {
      content: [typeof step === 'string' ? { type: 'text', text: step } : { type: 'tool-call', toolCallId: 'x' + Math.random(), toolName: step.tool, input: JSON.stringify(step.input) }],
      finishReason: { unified: typeof step === 'string' ? 'stop' : 'tool-calls', raw: undefined },
      usage: { inputTokens: { total: 100 }, outputTokens: { total: 5 } },
      warnings: [],
    };
  },
};
`;

const evals = `
import { defineEvals } from '@trpc-mcp/ai/evals';
import { model } from './model.ts';
import { appRouter } from './router.ts';

export const evals = defineEvals(appRouter, {
  people: { ada: { ctx: { user: 'ada' }, authInfo: { scopes: ['notes:write'] } } },
  model: () => model,
  cases: [
    { name: 'lists', say: 'List the notes', expect: { calls: [{ tool: 'notes_list' }], answer: 'milk' } },
    { name: 'removes', say: 'Remove note 1', tags: ['change'], consent: 'accept', expect: { calls: [{ tool: 'notes_remove', input: { id: 1 } }] } },
  ],
});
`;

const app = { ...notesApp, 'src/model.ts': model, 'src/evals.ts': evals };

test('records, replays without a model, and says what is stale after a change', severalRuns, async () => {
  const cwd = createApp(app);
  const none = await run(['eval'], { cwd });
  expect(none).toMatchObject({ code: 2, stdout: '' });
  expect(none.stderr).toContain('There is no record src/evals.record.json to replay');

  const recorded = await run(['eval', '--record'], { cwd });
  expect(recorded).toMatchObject({ code: 0 });
  expect(recorded.stderr).toContain(
    '2 of 2 cases passed (with scripted/cli). 2 calls, 400 tokens in, 20 out.',
  );
  expect(recorded.stderr).toContain('Wrote src/evals.record.json. Commit it.');

  writeFileSync(join(cwd, 'src/model.ts'), 'export const model = undefined;');
  const replayed = await run(['eval'], { cwd });
  expect(replayed).toMatchObject({ code: 0 });
  expect(replayed.stdout).toBe(
    'passed\tlists\tada\t1/1\t1\t200\t10\t\npassed\tremoves\tada\t1/1\t1\t200\t10\t\n',
  );

  const router = readFileSync(join(cwd, 'src/router.ts'), 'utf8');
  writeFileSync(join(cwd, 'src/router.ts'), router.replace('Removes a note.', 'Deletes a note.'));
  const stale = await run(['eval'], { cwd });
  expect(stale.code).toBe(1);
  expect(stale.stdout).toContain('passed\tlists');
  expect(stale.stdout).toContain('stale\tremoves');
  expect(stale.stderr).toContain('The description of notes_remove has changed.');
  expect(stale.stderr).toContain('Record what is stale again, with a model: trpc-mcp eval --record');
});

test('writes JSON, JUnit and Markdown, and compares with an earlier run', severalRuns, async () => {
  const cwd = createApp(app);
  const before = await run(['eval', '--live', '--json'], { cwd });
  expect(before.code).toBe(0);
  expect(existsSync(join(cwd, 'src/evals.record.json'))).toBe(false);
  writeFileSync(join(cwd, 'before.json'), before.stdout);
  writeFileSync(join(cwd, 'src/model.ts'), model.replace('Buy milk', 'Buy bread'));
  const args = [
    'eval',
    '--live',
    '--compare',
    'before.json',
    '--junit',
    'evals.xml',
    '--markdown',
    'evals.md',
  ];
  const after = await run(args, { cwd });
  expect(after.code).toBe(1);
  expect(after.stdout).toContain('worse\tlists\t1/1 → 0/1');
  expect(after.stderr).toContain('Together: 2 → 1 passed, 2 calls, 420 tokens.');
  expect(readFileSync(join(cwd, 'evals.xml'), 'utf8')).toContain(
    '<failure type="failed" message="Expected the answer to contain',
  );
  expect(readFileSync(join(cwd, 'evals.md'), 'utf8')).toContain('🔴 worse');
  const json = await run([...args, '--json'], { cwd });
  expect(JSON.parse(json.stdout)).toMatchObject({
    totals: { failed: 1 },
    comparison: { cases: [{ change: 'worse' }, { change: 'same' }] },
  });
});

test(
  'a report that cannot be written costs neither the record nor the report on the terminal',
  severalRuns,
  async () => {
    const cwd = createApp(app);
    const args = ['eval', '--record', '--junit', 'no/such/folder/evals.xml', '--markdown', 'evals.md'];
    const { code, stdout, stderr } = await run(args, { cwd });
    expect(code).toBe(3);
    expect(stdout).toContain('passed\tlists');
    expect(stderr).toContain('no/such/folder/evals.xml cannot be written (ENOENT)');
    expect(existsSync(join(cwd, 'src/evals.record.json'))).toBe(true);
    expect(readFileSync(join(cwd, 'evals.md'), 'utf8')).toContain('### Evals: 2 of 2 passed');
  },
);

test('chooses cases by name and tag, and says which there are', severalRuns, async () => {
  const cwd = createApp(app);
  const tagged = await run(['eval', '--live', '--tag', 'change'], { cwd });
  expect(tagged.stdout).toMatch(/^passed\tremoves[^\n]*\n$/);
  const named = await run(['eval', '--live', '--filter', 'LIST', '--repeat', '2'], { cwd });
  expect(named.stdout).toMatch(/^passed\tlists\tada\t2\/2[^\n]*\n$/);
  const none = await run(['eval', '--live', '--filter', 'nothing'], { cwd });
  expect(none).toMatchObject({ code: 2 });
  expect(none.stderr).toContain('The cases are:\n  lists\n  removes');
});

test.each([
  [['eval', '--model', 'x'], {}, 2, '--model only means something when a model is asked'],
  [['eval', '--live', '--record'], {}, 2, '--record and --live exclude each other'],
  [['eval', 'src/nothing.ts'], {}, 3, 'There is no module src/nothing.ts'],
  [['eval', 'src/router.ts'], {}, 3, 'src/router.ts exports no evals'],
  [['eval', 'src/ctx.ts'], {}, 3, 'What src/ctx.ts exports as default are no evals'],
  [['eval', '--live', '--compare', 'nothing.json'], {}, 2, 'There is no file nothing.json to compare with'],
  [['eval', '--live', '--compare', 'package.json'], {}, 2, 'package.json is no report of evals'],
  [
    ['eval', '-f', 'package.json'],
    {},
    2,
    'package.json is no record of evals: it has no "version" that is a number',
  ],
  [['eval', '--live', '--model', '@ai-sdk/nothing:x'], {}, 3, '@ai-sdk/nothing is not installed'],
  [['eval', '--live', '--model', 'zod:x'], {}, 2, 'zod exports no provider of the AI SDK'],
  [
    ['eval', '--live', '--model', 'llama3:8b'],
    {},
    2,
    '"llama3:8b" names no provider, and OPENAI_BASE_URL is not set',
  ],
  // Modules of Node.js and files are no providers.
  [['eval', '--live', '--model', 'events:8b'], {}, 2, '"events:8b" names no provider'],
  [['eval', '--live', '--model', '../app:8b'], {}, 2, '"../app:8b" names no provider'],
  [
    ['eval', '--live', '--model', 'x'],
    { OPENAI_BASE_URL: 'localhost' },
    2,
    'OPENAI_BASE_URL is "localhost", which is no URL',
  ],
] as const)('%j ends in words', async (args, env, code, words) => {
  const cwd = createApp(app);
  const ran = await run(args, { cwd, env });
  expect(ran.stderr).toContain(words);
  expect(ran.code).toBe(code);
  expect(ran.stderr).not.toMatch(/^ +at /m);
});

test('evals that are wrong are told in words', async () => {
  const wrong = evals
    .replace("say: 'List the notes'", "say: 'List the notes', as: 'adda'")
    .replace("'removes'", "'lists'");
  const cwd = createApp({ ...app, 'src/evals.ts': wrong });
  const ran = await run(['eval', '--live'], { cwd });
  expect(ran.stderr).toContain('2 things are wrong in the evals');
  expect(ran.stderr).toContain('Did you mean "ada"?');
  expect(ran.code).toBe(2);
});

test('asks an OpenAI-compatible endpoint, and tells a key that is refused', severalRuns, async () => {
  const requests: { key: string | undefined; body: { model: string; tools: unknown[] } }[] = [];
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const key = req.headers.authorization;
    requests.push({ key, body: JSON.parse(Buffer.concat(chunks).toString()) as never });
    res.setHeader('content-type', 'application/json');
    if (key !== 'Bearer sk-good-key-123') {
      res
        .writeHead(401)
        .end(JSON.stringify({ error: { message: `Incorrect key ${key}`, type: 'x', code: 'x' } }));
      return;
    }
    const message = { role: 'assistant', content: 'Buy milk.' };
    const usage = { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 };
    res.end(
      JSON.stringify({
        id: '1',
        created: 1,
        model: 'm',
        choices: [{ index: 0, message, finish_reason: 'stop' }],
        usage,
      }),
    );
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const OPENAI_BASE_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const cwd = createApp(app);
  const args = ['eval', '--record', '--filter', 'lists', '--model', 'llama3:8b'];
  const ran = await run(args, { cwd, env: { OPENAI_BASE_URL, OPENAI_API_KEY: 'sk-good-key-123' } });
  expect(ran.stdout).toContain('failed\tlists\tada\t0/1\t0\t7\t3');
  expect(ran.stderr).toContain('No tool was called.');
  expect(requests[0]!.body).toMatchObject({ model: 'llama3:8b' });
  const record = readFileSync(join(cwd, 'src/evals.record.json'), 'utf8');
  expect(record).not.toMatch(/sk-good|Bearer|authorization/i);
  const refused = await run(args, { cwd, env: { OPENAI_BASE_URL, OPENAI_API_KEY: 'sk-wrong-key-456' } });
  expect(refused.code).toBe(4);
  expect(refused.stderr).toContain('The provider of the model refuses the key (401)');
  expect(refused.stderr + refused.stdout).not.toContain('wrong-key-456');
  // The record of before is as it was.
  expect(readFileSync(join(cwd, 'src/evals.record.json'), 'utf8')).toBe(record);
});

test('Ctrl-C ends a run, and what ran is reported and recorded', async () => {
  const cwd = createApp(app);
  const child = spawn(process.execPath, [bin, 'eval', '--record'], {
    cwd,
    env: { ...plainEnv(), SLOW: '1' },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    if (text.includes('waiting')) child.kill('SIGINT');
  });
  const [code] = (await once(child, 'close')) as [number];
  expect(code).toBe(130);
  expect(stdout).toContain('passed\tlists');
  expect(stdout).toContain('cancelled\tremoves');
  expect(stderr).toContain('The run was ended before all cases had run.');
  const { cases } = JSON.parse(readFileSync(join(cwd, 'src/evals.record.json'), 'utf8')) as { cases: object };
  expect(Object.keys(cases)).toEqual(['lists']);
});

test('an app without @trpc-mcp/ai is told what to install', async () => {
  const cwd = createApp({ ...notesApp, 'lone/package.json': '{}', 'lone/evals.js': 'export default 1;' });
  const { rmSync } = await import('node:fs');
  rmSync(join(cwd, 'node_modules'));
  const ran = await run(['eval', 'lone/evals.js'], { cwd });
  expect(ran).toMatchObject({ code: 3 });
  expect(ran.stderr).toContain('npm install --save-dev @trpc-mcp/ai ai');
});
