import { initTRPC } from '@trpc/server';
import { expect, test, vi } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import type { McpMeta } from '../src/index.ts';
import { call } from './messages.ts';
import { serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create();

async function start() {
  const ran = vi.fn<(input: unknown) => void>();
  const router = t.router({
    drop: t.procedure
      .meta({ mcp: { dryRun: 'look' } })
      .input(z.object({ id: z.string(), reason: z.string().optional() }))
      .mutation(({ input }) => {
        ran(input);
        return 'dropped';
      }),
    look: t.procedure.input(z.object({ id: z.string() })).query(({ input }) => `would drop ${input.id}`),
    plain: t.procedure
      .meta({ mcp: true })
      .input(z.object({ id: z.string() }))
      .mutation(({ input }) => {
        ran(input);
        return 'done';
      }),
  });
  const server = await serve(mcpHandler(router));
  const ask = async (name: string, args: object) =>
    JSON.stringify((await call(server.mcp, 'modern', name, args)).body);
  return { ask, ran, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

test('a dry run that was asked of a tool without one is refused, and nothing runs', async () => {
  await using app = await start();
  expect(await app.ask('plain', { id: '1', _dryRun: true })).toContain('_dryRun: unknown');
  expect(app.ran).not.toHaveBeenCalled();
});

test('a mistyped extra is refused, and the one that was meant is named', async () => {
  await using app = await start();
  expect(await app.ask('drop', { id: '1', _dryrun: true })).toMatch(
    /_dryrun: unknown; did you mean \\+"_dryRun/,
  );
  expect(app.ran).not.toHaveBeenCalled();
});

test('a dry run takes the arguments of its tool, and refuses those that the tool does not know', async () => {
  await using app = await start();
  const args = { id: '1', _dryRun: true };
  expect(await app.ask('drop', { ...args, reason: 'old' })).toContain('would drop 1');
  expect(await app.ask('drop', { ...args, raeson: 'old' })).toContain('raeson: unknown');
  expect(app.ran).not.toHaveBeenCalled();
});
