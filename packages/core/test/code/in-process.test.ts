import { initTRPC } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createMemoryStore } from '../../src/call/memory-store.ts';
import { createToolCaller, type OnElicit } from '../../src/caller/tool-caller.ts';
import type { McpMeta, Store } from '../../src/index.ts';
import { api, type Script, scripts } from './script.ts';

const t = initTRPC.context<{ user: string }>().meta<McpMeta>().create();

function open(script: Script, onElicit?: OnElicit, store?: Store) {
  const ran: string[] = [];
  const router = t.router({
    read: t.procedure.meta({ mcp: true }).query(({ ctx }) => {
      ran.push('read');
      return { user: ctx.user };
    }),
    close: t.procedure
      .meta({ mcp: { confirm: 'Close {id}?' } })
      .input(z.object({ id: z.string() }))
      .mutation(({ input }) => {
        ran.push(`close ${input.id}`);
        return { closed: input.id };
      }),
  });
  const caller = createToolCaller(router, {
    discovery: scripts({ it: script }),
    ctx: { user: 'ada' },
    ...(onElicit && { onElicit }),
    ...(store && { store, secret: 'a secret of at least thirty-two bytes' }),
    onError: () => {},
  });
  return { caller, ran };
}

const textOf = ({ content }: { content: unknown[] }) => (content as [{ text: string }])[0].text;

const both: Script = async (run) => [
  await api(run, 'read'),
  await api(run, 'close', { id: 'a' }),
  await api(run, 'close', { id: 'b' }),
];

describe('code that is run by a caller in this process', () => {
  test('calls tools as over MCP, asks with onElicit, and runs nothing twice', async () => {
    const asked: unknown[] = [];
    const { caller, ran } = open(both, (question, { tool }) => {
      asked.push([question.message, tool]);
      return { action: 'accept', content: {} };
    });
    expect((await caller.listTools()).map(({ name }) => name)).toEqual(['run_code', 'search_api']);
    const result = await caller.callTool('run_code', { code: 'it' });
    expect(JSON.parse(textOf(result))).toEqual([{ user: 'ada' }, { closed: 'a' }, { closed: 'b' }]);
    expect(asked).toEqual([
      ['Close "a"?', 'run_code'],
      ['Close "b"?', 'run_code'],
    ]);
    expect(ran).toEqual(['read', 'close a', 'close b']);
  });

  test('is not agreed to with the call that runs it', async () => {
    const { caller, ran } = open(both);
    const result = await caller.callTool('run_code', { code: 'it' }, { isApproved: true });
    expect(textOf(result)).toContain('PRECONDITION_FAILED');
    expect(await caller.consentFor('run_code', { code: 'it' })).toBeUndefined();
    expect(ran).toEqual(['read']);
  });

  test('tells its progress', async () => {
    const { caller } = open((run) => run.progress({ progress: 1, total: 2, message: 'half' }));
    const told: unknown[] = [];
    await caller.callTool('run_code', { code: 'it' }, { onProgress: (progress) => told.push(progress) });
    expect(told).toEqual([{ progress: 1, total: 2, message: 'half' }]);
  });

  test('leaves nothing behind where the person could not be asked', async () => {
    const memory = createMemoryStore();
    const kept = new Set<string>();
    const store: Store = {
      ...memory,
      async add(key, ...more) {
        kept.add(key);
        return memory.add(key, ...more);
      },
      async delete(key) {
        kept.delete(key);
        await memory.delete(key);
      },
    };
    const { caller, ran } = open(
      both,
      () => {
        expect(kept.size).toBe(1);
        throw new Error('the window is closed');
      },
      store,
    );
    expect(textOf(await caller.callTool('run_code', { code: 'it' }))).toMatch(/could not be asked/);
    expect(ran).toEqual(['read']);
    expect(kept.size).toBe(0);
  });
});
