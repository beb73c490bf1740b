import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
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

test.each(revisions)(
  'a client of %s with a wrong key, or none, reads why it is refused',
  async (revision) => {
    await using wrong = await connectStdio(revision, start({ APP_KEY: 'stolen' }));
    await expect(wrong.listTools()).rejects.toThrow('APP_KEY is not a key of ours.');
    await using none = await connectStdio(revision, start({}));
    await expect(none.listTools()).rejects.toThrow('UNAUTHORIZED');
  },
);
