import { beforeEach, describe, expect, test } from 'vitest';
import { accounts, createApp } from '../changes.ts';
import { connect, type PersonsAnswer, revisions } from './clients.ts';
import { start } from 'example-testing/server';

beforeEach(() => {
  accounts.set('ada', { open: true, days: 14 });
});

describe('an account', () => {
  const close = async (answer: PersonsAnswer) => {
    await using server = await start(createApp());
    const asked: string[] = [];
    await using client = await connect('2026-07-28', server.url, {
      answer({ message }) {
        asked.push(message);
        return answer;
      },
    });
    return { ...(await client.call('close', { id: 'ada' })), asked };
  };

  test('is closed when the person agrees', async () => {
    const { text, asked } = await close({ action: 'accept', content: {} });
    expect(text).toContain('ada is closed');
    expect(asked).toEqual(['Close the account of "ada"?']);
    expect(accounts.get('ada')!.open).toBe(false);
  });

  test('stays open when the person declines', async () => {
    const { text } = await close({ action: 'decline' });
    expect(text).toContain('PRECONDITION_FAILED: the person declined, and nothing was done');
    expect(accounts.get('ada')!.open).toBe(true);
  });

  test.each(revisions)('stays open where a client of %s cannot ask', async (revision) => {
    await using server = await start(createApp());
    await using client = await connect(revision, server.url);
    const { text } = await client.call('close', { id: 'ada' });
    expect(text).toContain('PRECONDITION_FAILED: this needs the consent of a person');
    expect(accounts.get('ada')!.open).toBe(true);
  });
});

test('a person is asked with what a query says, and not about an account that does not exist', async () => {
  await using server = await start(createApp());
  const asked: string[] = [];
  await using client = await connect('2026-07-28', server.url, {
    answer({ message }) {
      asked.push(message);
      return { action: 'accept', content: {} };
    },
  });
  expect((await client.call('reset', { id: 'nobody' })).text).toContain(
    'NOT_FOUND: there is no account nobody',
  );
  expect(asked).toEqual([]);
  await client.call('reset', { id: 'ada' });
  expect(asked).toEqual(['Take the last 14 days from "ada"?']);
  expect(accounts.get('ada')!.days).toBe(0);
});

describe.each(revisions)('a client of %s', (revision) => {
  test('extends a trial once, however often it tries', async () => {
    await using server = await start(createApp());
    await using client = await connect(revision, server.url);
    const args = { id: 'ada', days: 7, _idempotencyKey: 'extend-ada-1' };
    const answers = await Promise.all(Array.from({ length: 5 }, () => client.call('extend', args)));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(accounts.get('ada')!.days).toBe(21);
    const other = await client.call('extend', { ...args, days: 30 });
    expect(other.text).toContain('CONFLICT: this _idempotencyKey was used with other arguments');
  });

  test('is told what a call would do', async () => {
    await using server = await start(createApp());
    await using client = await connect(revision, server.url);
    const { text } = await client.call('extend', { id: 'ada', days: 7, _dryRun: true });
    expect(text).toContain('21');
    expect(accounts.get('ada')!.days).toBe(14);
  });

  test('is told when it may call again', async () => {
    await using server = await start(createApp());
    await using client = await connect(revision, server.url);
    for (let count = 0; count < 3; count++) await client.call('remind', { id: 'ada' });
    const { isError, text } = await client.call('remind', { id: 'ada' });
    expect(isError).toBe(true);
    expect(text).toContain('TOO_MANY_REQUESTS: more than 3 calls in 60 s');
    expect(text).toMatch(/Call again in \d+ seconds, not sooner\./);
  });
});
