import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ConnectedClient, connectHttp, connectStdio, type Revision, revisions } from './clients.ts';
import { runClient, type RunningServer, type StartOptions, startScript } from './start.ts';

export { type ConnectedClient, connectHttp, connectStdio, revisions } from './clients.ts';
export { runCommand, type RunningServer, startCommand } from './start.ts';

const missing = [
  {
    type: 'text',
    text: 'NOT_FOUND: No note has the id 99.\nCheck the identifiers; a tool that lists or searches has the right ones.',
  },
];

/** The tests of an example that serves HTTP. It is started as its README says, and called by the official clients. */
export function describeHttpExample(folder: URL, findUrl?: StartOptions['findUrl']): void {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startScript({ folder, ...(findUrl && { findUrl }) });
  }, 120_000);
  afterAll(() => server?.[Symbol.asyncDispose]());

  describeNotes((revision) => connectHttp(revision, server.url, { 'x-author': 'Cy' }));

  test('what an agent has added is there for programs, over tRPC', async () => {
    await using client = await connectHttp('2026-07-28', server.url, { 'x-author': 'Cy' });
    const { structuredContent } = await client.callTool('notes_add', { text: 'Call home' });
    const response = await fetch(server.url.replace(/mcp$/, 'trpc/notes.list'));
    const { result } = (await response.json()) as { result: { data: unknown[] } };
    expect(result.data).toContainEqual(structuredContent);
  });

  describeFiles(folder, () => server.url);
}

/** The tests of an example that its clients start. */
export function describeStdioExample(folder: URL): void {
  const command = {
    command: process.execPath,
    args: ['--import', 'tsx', 'server.ts'],
    cwd: fileURLToPath(folder),
    env: { NOTES_AUTHOR: 'Cy' },
  };
  describeNotes((revision) => connectStdio(revision, command));
  describeFiles(folder);
}

function describeNotes(connect: (revision: Revision) => Promise<ConnectedClient>): void {
  describe.each(revisions)('the official client of %s', (revision) => {
    test('lists the tools', async () => {
      await using client = await connect(revision);
      expect(await client.listTools()).toEqual(['notes_add', 'notes_list', 'notes_read']);
    });

    test('calls them, in a context made of what it sends', async () => {
      await using client = await connect(revision);
      const added = await client.callTool('notes_add', { text: 'Feed the cat' });
      expect(added.structuredContent).toEqual({ id: expect.any(Number), text: 'Feed the cat', author: 'Cy' });
      const { id } = added.structuredContent as { id: number };
      expect(await client.callTool('notes_read', { id })).toEqual(added);
    });

    test('is told what went wrong', async () => {
      await using client = await connect(revision);
      expect(await client.callTool('notes_read', { id: 99 })).toMatchObject({
        isError: true,
        content: missing,
      });
      const refused = await client.callTool('notes_add', { text: '' });
      expect(refused.isError).toBe(true);
      expect(refused.content).toMatchObject([{ text: expect.stringContaining('BAD_REQUEST') }]);
      await expect(client.callTool('notes_burn')).rejects.toThrow('Unknown tool: notes_burn');
    });
  });
}

function describeFiles(folder: URL, url?: () => string): void {
  test('its client does the same', async () => {
    const printed = await runClient(folder, ...(url ? [url()] : []));
    expect(printed.trimEnd().split('\n')).toEqual([
      'tools: notes_add, notes_list, notes_read',
      expect.stringMatching(/^added: \{"id":\d+,"text":"Buy milk","author":"Ben"\}$/),
      `missing: ${JSON.stringify(missing)}`,
    ]);
  });

  test('the README is short, and its commands are there', async () => {
    const [readme, manifest] = await Promise.all(
      ['README.md', 'package.json'].map((name) => readFile(new URL(name, folder), 'utf8')),
    );
    const { name, scripts } = JSON.parse(manifest ?? '') as { name: string; scripts: object };
    const commands = [...readme!.matchAll(/--filter (\S+) (\w+)/g)];
    expect(commands.length).toBeGreaterThan(0);
    for (const [, filtered, script] of commands) {
      expect(filtered).toBe(name);
      expect(scripts).toHaveProperty(script!);
    }
    expect(readme!.trimEnd().split('\n').length).toBeLessThanOrEqual(12);
  });
}
