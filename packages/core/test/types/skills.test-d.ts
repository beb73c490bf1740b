import { initTRPC } from '@trpc/server';
import { expectTypeOf, test } from 'vitest';
import { mcpHandler as fetchHandler } from '../../src/adapters/fetch.ts';
import { mcpHandler, readSkills } from '../../src/adapters/node.ts';
import { serveStdio } from '../../src/adapters/stdio.ts';
import type { HandlerOptions, McpMeta, Skills } from '../../src/index.ts';

const t = initTRPC.meta<McpMeta>().create();
const router = t.router({ ping: t.procedure.meta({ mcp: true }).query(() => 'pong') });

test('skills are what readSkills resolves to, or a record of texts and bytes', async () => {
  mcpHandler(router, { skills: await readSkills('./skills') });
  mcpHandler(router, { skills: await readSkills(new URL('skills', import.meta.url)) });
  fetchHandler(router, { skills: { 'refunds/SKILL.md': '…', 'refunds/logo.png': new Uint8Array() } });
  fetchHandler(router, { skills: { 'refunds/logo.png': Buffer.from('') } as const });
  serveStdio(router, { skills: {} });
  expectTypeOf<HandlerOptions['skills']>().toEqualTypeOf<Skills | undefined>();
  expectTypeOf(readSkills).returns.resolves.toEqualTypeOf<Skills>();
  expectTypeOf<Skills>().not.toBeAny();
  expectTypeOf<Skills[string]>().toEqualTypeOf<string | Uint8Array>();
});

test('skills are no promise, no path and no list', () => {
  // @ts-expect-error it has to be awaited
  mcpHandler(router, { skills: readSkills('./skills') });
  // @ts-expect-error readSkills reads a folder
  mcpHandler(router, { skills: './skills' });
  // @ts-expect-error a file is a text or bytes
  mcpHandler(router, { skills: { 'refunds/SKILL.md': 7 } });
  // @ts-expect-error it takes one folder
  void readSkills(['./skills']);
});
