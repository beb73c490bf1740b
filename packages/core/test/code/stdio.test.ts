import { beforeAll, expect, test } from 'vitest';
import { connectStdio } from '../clients.ts';
import { type Command, compileServer } from '../stdio/process.ts';
import { running } from './script.ts';

let command: Command;
beforeAll(async () => {
  command = await compileServer(new URL('stdio-server.ts', import.meta.url));
});

test.each(['2026-07-28', '2025-11-25'] as const)(
  'code over stdio asks the person at a client of %s, and calls nothing twice',
  async (kind) => {
    const asked: string[] = [];
    await using client = await connectStdio[kind](command, {}, (message) => {
      asked.push(message);
      return {};
    });
    const { content } = await client.callTool(running('it'));
    expect(content).toEqual([{ type: 'text', text: '["read","close a","close b"]' }]);
    expect(asked).toEqual(['Close "a"?', 'Close "b"?']);
  },
);
