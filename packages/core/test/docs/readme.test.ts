import { initTRPC } from '@trpc/server';
import { mcpHandler } from '@trpc-mcp/core/express';
import type { McpMeta } from '@trpc-mcp/core';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { send } from '../messages.ts';
import { serve } from '../server.ts';

const text = readFileSync(new URL('../../../../README.md', import.meta.url), 'utf8');
const [, line = '', answer = ''] = /```sh\n(curl [^]*?)```\n+```json\n([^]*?)```/.exec(text) ?? [];

const t = initTRPC.meta<McpMeta>().create();
const hello = t.procedure.meta({ mcp: true }).input(z.object({ name: z.string() }));
const appRouter = t.router({ hello: hello.query(({ input }) => `Hi ${input.name}, says a guest`) });

/** The headers that curl sends by itself, and those of the line. */
const headers = {
  accept: '*/*',
  'user-agent': 'curl/8.14.1',
  ...Object.fromEntries([...line.matchAll(/-H '([^:]+): ([^']*)'/g)].map(([, name, value]) => [name, value])),
} as Record<string, string>;
const [, body = ''] = /-d '([^']*)'/.exec(line) ?? [];

test.each([
  ['as it stands', headers],
  ['with JSON alone', { ...headers, accept: 'application/json' }],
  ['without Accept', Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'accept'))],
])('the README’s line for curl gets the answer that stands below it: %s', async (_, sent) => {
  await using server = await serve(mcpHandler(appRouter));
  expect(await send(server.mcp, 'POST', sent, body)).toEqual({ status: 200, body: JSON.parse(answer) });
});
