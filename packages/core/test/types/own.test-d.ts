import { initTRPC } from '@trpc/server';
import { expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../../src/adapters/express.ts';
import { mcpPrompt, mcpResource, mcpTool, type OwnTool } from '../../src/index.ts';

const input = z.object({ since: z.date(), limit: z.number().default(10) });
type Parsed = { since: Date; limit: number };

test('what runs is given what the schema has parsed', () => {
  mcpTool({ name: 'a', input, run: (call) => expectTypeOf(call.input).toEqualTypeOf<Parsed>() });
  mcpPrompt({ name: 'a', input, run: (call) => expectTypeOf(call.input).toEqualTypeOf<Parsed>() });
  mcpResource({
    name: 'a',
    uri: 'a://{since}',
    input,
    run: (call) => expectTypeOf(call.input).toEqualTypeOf<Parsed>(),
  });
  mcpTool({ name: 'a', input, run: ({ input: given }) => expectTypeOf(given).not.toBeAny() });
});

test('without a schema it is given nothing, and a resource the variables of its URI', () => {
  mcpTool({ name: 'a', run: (call) => expectTypeOf(call.input).toEqualTypeOf<undefined>() });
  mcpPrompt({ name: 'a', run: (call) => expectTypeOf(call.input).toEqualTypeOf<undefined>() });
  mcpResource({
    name: 'a',
    uri: 'a://{id}',
    run: (call) => expectTypeOf(call.input).toEqualTypeOf<Record<string, string>>(),
  });
});

test('what is not there is refused', () => {
  // @ts-expect-error the schema has no such key
  mcpTool({ name: 'a', input, run: (call) => call.input.until });
  // @ts-expect-error a resource needs a URI
  mcpResource({ name: 'a', run: () => '' });
  // @ts-expect-error a prompt has no output schema
  mcpPrompt({ name: 'a', output: input, run: () => '' });
  // @ts-expect-error a tool needs something to run
  mcpTool({ name: 'a' });
  // @ts-expect-error a schema is a Standard Schema
  mcpTool({ name: 'a', input: { type: 'object' }, run: () => '' });
});

test('a handler takes own ones of different schemas', () => {
  const t = initTRPC.create();
  const tools = [
    mcpTool({ name: 'a', input, run: () => 1 }),
    mcpTool({ name: 'b', input: z.object({ x: z.string() }), run: () => 1 }),
    mcpTool({ name: 'c', run: () => 1 }),
  ];
  expectTypeOf(tools[0]!).toExtend<OwnTool>();
  mcpHandler(t.router({}), { tools, resources: [mcpResource({ name: 'a', uri: 'a:b', run: () => 1 })] });
  // @ts-expect-error a tool has a name
  mcpHandler(t.router({}), { tools: [{ run: () => 1 }] });
});
