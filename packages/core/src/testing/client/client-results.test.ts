import { initTRPC } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mcpContent } from '../../schema/content.ts';
import type { McpMeta } from '../../meta.ts';
import { createMcpTestClient } from './client.ts';

const t = initTRPC.meta<McpMeta>().create();

describe.each(['modern', 'legacy'] as const)('in the era %s, the typed value is read of', (era) => {
  describe.each(['auto', 'always', 'never'] as const)('a result with structured: %s', (structured) => {
    const tool = t.procedure.meta({ mcp: true });
    const file = () => new File(['a,b\n'], 'a.csv', { type: 'text/csv' });
    const router = t.router({
      date: tool.output(z.object({ at: z.date() })).query(() => ({ at: new Date(0) })),
      list: tool.output(z.array(z.number())).query(() => [1, 2]),
      text: tool.output(z.string()).query(() => '42'),
      none: tool.output(z.object({ id: z.string() }).nullable()).query(() => null),
      absent: tool.output(z.object({ id: z.string() }).optional()).query(() => undefined),
      nothing: tool.mutation(() => undefined),
      plain: tool.query(() => [{ id: 'a' }]),
      said: t.procedure
        .meta({ mcp: { toContent: () => [{ type: 'image', data: 'AQID', mimeType: 'image/png' }] } })
        .output(z.object({ at: z.date(), file: z.file() }))
        .query(() => ({ at: new Date(0), file: file() })),
      files: tool
        .output(z.object({ files: z.array(z.file()) }))
        .query(() => ({ files: [file(), new File([Uint8Array.of(1)], 'b', { type: 'image/png' })] })),
      linked: t.procedure
        .meta({ mcp: { tool: true, resource: { uri: 'app://linked' } } })
        .output(z.file())
        .query(() => new File(['x'.repeat(40_000)], 'x.txt', { type: 'text/plain' })),
      ready: tool.query(() => mcpContent([{ type: 'text', text: 'ready' }])),
      once: t.procedure
        .meta({ mcp: { idempotent: true, toContent: () => 'done' } })
        .output(z.object({ at: z.date() }))
        .mutation(() => ({ at: new Date(0) })),
    });
    const open = () => createMcpTestClient(router, { era, structured, callerId: () => 'ada' });

    test.each(['date', 'list', 'text', 'none', 'absent', 'nothing', 'plain'] as const)('%s', async (path) => {
      await using client = open();
      const expected: Record<typeof path, unknown> = {
        date: { at: new Date(0) },
        list: [1, 2],
        text: '42',
        none: null,
        absent: undefined,
        nothing: undefined,
        plain: [{ id: 'a' }],
      };
      expect(await client.unwrap.call(path)).toEqual(expected[path]);
    });

    test('files beside content of the app’s own', async () => {
      await using client = open();
      const { at, file: read } = await client.unwrap.call('said');
      expect([at, read.name, await read.text()]).toEqual([new Date(0), 'a.csv', 'a,b\n']);
    });

    test('files of text and pictures', async () => {
      await using client = open();
      const { files } = await client.unwrap.call('files');
      expect(await Promise.all(files.map((each) => each.text()))).toEqual(['a,b\n', '\x01']);
    });

    test('a file that is linked', async () => {
      await using client = open();
      const result = await client.call('linked');
      expect(result.content[1]).toMatchObject({ type: 'resource_link', uri: 'app://linked' });
      expect(result.ok ? result.output.size : 0).toBe(40_000);
    });

    test('an answer that is replayed for its idempotency key', async () => {
      await using client = open();
      const args = { _idempotencyKey: 'a-key-of-one-call-0123456789' } as never;
      for (const _ of [1, 2]) {
        expect(await client.unwrap.call('once', args)).toEqual({ at: new Date(0) });
        const { ok, json } = (await client.callTool('once', args)) as { ok: boolean; json: unknown };
        expect([ok, json]).toEqual([true, { at: '1970-01-01T00:00:00.000Z' }]);
      }
    });

    test('a call by name', async () => {
      await using client = open();
      const list = await client.callTool('list');
      const isWrapped = era === 'legacy' && structured !== 'never';
      expect(list).toMatchObject({ ok: true, output: isWrapped ? { result: [1, 2] } : [1, 2] });
      expect(await client.callTool('ready')).toMatchObject({ ok: true, output: undefined });
    });
  });
});
