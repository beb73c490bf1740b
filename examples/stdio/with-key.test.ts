import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { connectStdio, revisions } from 'example-testing';

const start = (env: Record<string, string>) => ({
  command: process.execPath,
  args: ['--import', 'tsx', 'with-key.ts'],
  cwd: fileURLToPath(new URL('.', import.meta.url)),
  env,
});

test.each(revisions)(
  'the key in the environment says who is calling, for a client of %s',
  async (revision) => {
    await using client = await connectStdio(revision, start({ APP_KEY: 'key-of-ada' }));
    const { structuredContent } = await client.callTool('notes_add', { text: 'Buy milk' });
    expect(structuredContent).toMatchObject({ author: 'Ada' });
  },
);

describe.each(revisions)('a client of %s', (revision) => {
  test.each([
    ['with a wrong key', { APP_KEY: 'stolen' }, 'APP_KEY is not a key of ours.'],
    ['without a key', {}, 'UNAUTHORIZED'],
  ])('reads why it is refused %s', async (_, env, reason) => {
    await using client = await connectStdio(revision, start(env));
    await expect(client.listTools()).rejects.toThrow(reason);
  });
});
