import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { initTRPC } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { toCurl } from '../page/try/curl.ts';
import { serveWithInspector } from './endpoint.ts';

const t = initTRPC.meta<McpMeta>().context<{ token: string | undefined }>().create();

test.each([
  { era: '2026', hasSession: false, options: {} },
  { era: '2025', hasSession: false, options: {} },
  { era: '2025', hasSession: true, options: { legacy: 'sessions' } },
  { era: '2026', hasSession: false, options: {}, size: 300_000 },
] as const)(
  'bash runs the curl command of $era, with a session: $hasSession',
  async ({ era, hasSession, options, ...more }) => {
    const received: unknown[] = [];
    const router = t.router({
      note: t.procedure
        .meta({ mcp: { description: 'Notes a text.' } })
        .input(
          z.object({
            text: z.string(),
            place: z.object({ city: z.string().meta({ 'x-mcp-header': 'City' }) }),
          }),
        )
        .mutation(({ input, ctx }) => received.push(input, ctx.token)),
    });
    const { url, close } = await serveWithInspector(router, {
      createContext: ({ req }: { req: { headers: { authorization?: string } } }) => ({
        token: req.headers.authorization,
      }),
      ...options,
    });
    try {
      const args = {
        text: `it's "$HOME"\n${'x'.repeat('size' in more ? more.size : 0)}`,
        place: { city: 'Zürich 1' },
      };
      const inputSchema = {
        type: 'object' as const,
        properties: {
          place: { type: 'object', properties: { city: { type: 'string', 'x-mcp-header': 'City' } } },
        },
      };
      const secret = { name: 'authorization', before: 'Bearer ' };
      const command = toCurl({ name: 'note', inputSchema }, args, { url, era, hasSession, secret });
      // From its input, because the command may be longer than an argument.
      const bash = promisify(execFile)('bash', [], { env: { ...process.env, TOKEN: 's3"cret' } });
      bash.child.stdin!.end(command);
      await bash;
      expect(received).toEqual([args, 'Bearer s3"cret']);
    } finally {
      await close();
    }
  },
  // bash reads its input character by character, which takes a while for a long one.
  30_000,
);
