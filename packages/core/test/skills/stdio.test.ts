import { expect, test } from 'vitest';
import { clientKinds, connectStdio } from '../clients.ts';
import { compileServer } from '../stdio/process.ts';
import { skills } from './folder.ts';

test('skills are read over stdio too, by clients that ask at once', { timeout: 120_000 }, async () => {
  const command = await compileServer(new URL('stdio-server.ts', import.meta.url));
  for (const kind of clientKinds) {
    await using client = await connectStdio[kind](command);
    expect(client.capabilities()).toMatchObject({
      extensions: { 'io.modelcontextprotocol/skills': { directoryRead: true } },
    });
    expect((await client.listResources()).map(({ uri }) => uri)).toEqual([
      'skill://billing/month-end/SKILL.md',
      'skill://refunds/SKILL.md',
    ]);
    expect(await client.readResource('skill://refunds/SKILL.md')).toMatchObject([
      { text: skills['refunds/SKILL.md'] },
    ]);
  }
});
