import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import nodeTest from 'node:test';
import { expect, test } from 'vitest';
import { defineEvals, readRecord, runEvals, testEvals, writeRecord } from '../../src/evals/evals.ts';
import { createModel, createPosts, people } from './app.ts';

const folder = fileURLToPath(new URL('vitest', import.meta.url));

test('the record of the suite is what recording it gives', async () => {
  const { appRouter, reset } = createPosts();
  const list = [{ tool: 'posts_list' }];
  const evals = defineEvals(appRouter, {
    people,
    setup: reset,
    model: createModel(
      list,
      'Two.',
      list,
      'Two.',
      [{ tool: 'posts_rename', input: { id: 1, title: 'Hi' } }],
      'Done.',
    ),
    cases: ['good', 'bad', 'old'].map((name) => ({
      name,
      say: 'x',
      as: 'ada' as const,
      expect: { answer: 'x' },
    })),
  });
  const { record } = await runEvals(evals, { mode: 'live' });
  await expect(writeRecord(record)).toMatchFileSnapshot(join(folder, 'suite.record.json'));
});

test('vitest has a test for each case, which fails with the words of the report', async () => {
  const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
  const args = ['run', '--root', folder, '--config', join(folder, 'vitest.config.ts'), '--reporter=json'];
  const { NODE_OPTIONS: _, VITEST: __, ...env } = process.env;
  const child = spawn(process.execPath, [vitest, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  expect(out, errors).toMatch(/^\{/m);
  const { testResults } = JSON.parse(out.slice(out.indexOf('{'))) as {
    testResults: { assertionResults: { title: string; status: string; failureMessages: string[] }[] }[];
  };
  const results = testResults.flatMap(({ assertionResults }) => assertionResults);
  expect(results.map(({ title, status }) => [title, status])).toEqual([
    ['good', 'passed'],
    ['bad', 'failed'],
    ['old', 'failed'],
    ['left out', 'skipped'],
    ['without a record', 'failed'],
  ]);
  const [, bad, old, , missing] = results.map(({ failureMessages }) => failureMessages.join('\n'));
  expect(bad).toContain('Expected a call of posts_remove. Called instead: posts_list().');
  expect(old).toContain(
    'The description of posts_rename has changed.\nRecord the case again: trpc-mcp eval --record',
  );
  expect(missing).toMatch(/missing\.json cannot be read/);
  expect(code).toBe(1);
});

test('close runs after the last test, and node:test can run the cases, too', async () => {
  const { appRouter, reset } = createPosts();
  let closed = 0;
  const evals = defineEvals(appRouter, {
    people,
    setup: reset,
    close: () => void closed++,
    cases: [{ name: 'good', say: 'x', as: 'ada', expect: { answer: 'two' } }],
  });
  const works: (() => Promise<void>)[] = [];
  const collect = Object.assign((_: string, work: () => Promise<void>) => void works.push(work), {
    skip: () => {},
  });
  const record = readRecord(readFileSync(join(folder, 'suite.record.json'), 'utf8'));
  let end: () => Promise<void> = async () => {};
  testEvals(evals, { test: collect, afterAll: (work) => (end = work), record });
  await works[0]!();
  expect(closed).toBe(0);
  await end();
  expect(closed).toBe(1);
  // Only its type is looked at here: it would begin a run of its own.
  const other: typeof collect | typeof nodeTest = nodeTest;
  expect(other).toBeTypeOf('function');
});
