import { initTRPC } from '@trpc/server';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { type McpMeta, mcpTool } from '../index.ts';
import { describeCatalog } from './catalog.ts';

const t = initTRPC.meta<McpMeta>().create();

test('describes tools, resources and prompts, with what their lists do not say', async () => {
  const router = t.router({
    notes: t.router({
      list: t.procedure.meta({ mcp: true }).query(() => []),
      read: t.procedure
        .meta({ mcp: { resource: { uri: 'notes://{id}' } } })
        .input(z.object({ id: z.string() }))
        .query(() => ''),
      preview: t.procedure.query(() => ''),
      remove: t.procedure
        .meta({
          mcp: {
            description: 'Removes all notes.',
            confirm: true,
            idempotent: true,
            scopes: ['notes:write'],
            visible: () => true,
            dryRun: 'notes.preview',
          },
        })
        .mutation(() => undefined),
    }),
    review: t.procedure.meta({ mcp: { prompt: true } }).query(() => 'Review it.'),
  });
  const ping = mcpTool({ name: 'ping', description: 'Answers.', run: () => 'pong' });
  const { tools, resources, prompts, contract } = await describeCatalog(router, { tools: [ping] });
  const without = ({ listed: { name }, ...rest }: (typeof tools)[number]) => ({ ...rest, listed: name });
  const plain = {
    scopes: [],
    isHidden: false,
    isOwn: false,
    isDescribed: false,
    asks: false,
    isIdempotent: false,
    dryRun: undefined,
    isPinned: false,
    hasBudget: false,
    isStream: false,
    hasOutput: false,
    values: {
      input: undefined,
      isInputOptional: true,
      isInputOverride: false,
      inputSpecials: [],
      output: undefined,
      mayBeAbsent: true,
      outputSpecials: [],
    },
  };
  expect(tools.map(without)).toEqual([
    {
      ...plain,
      name: 'notes_list',
      path: 'notes.list',
      type: 'query',
      toolset: 'notes',
      listed: 'notes_list',
    },
    {
      ...plain,
      name: 'notes_remove',
      path: 'notes.remove',
      type: 'mutation',
      toolset: 'notes',
      scopes: ['notes:write'],
      isHidden: true,
      isDescribed: true,
      asks: true,
      isIdempotent: true,
      dryRun: 'notes.preview',
      listed: 'notes_remove',
    },
    {
      ...plain,
      name: 'ping',
      path: 'tools.ping',
      type: 'mutation',
      toolset: 'ping',
      isOwn: true,
      isDescribed: true,
      listed: 'ping',
    },
  ]);
  expect(resources).toMatchObject([{ path: 'notes.read', uri: 'notes://{id}', isTemplate: true }]);
  expect(prompts).toMatchObject([{ path: 'review', listed: { name: 'review' } }]);
  expect(Object.keys(contract.tools)).toEqual(['notes_list', 'notes_remove', 'ping']);
});

test('rejects with every problem of a router that cannot be served', async () => {
  const router = t.router({ a: t.procedure.meta({ mcp: { name: 'a b' } }).query(() => '') });
  await expect(describeCatalog(router)).rejects.toMatchObject({ problems: [{ path: 'a' }] });
});

test('describes what a procedure takes and returns outside of MCP, and what JSON has no type for', async () => {
  const router = t.router({
    add: t.procedure
      .meta({ mcp: { idempotent: true } })
      .input(z.object({ 'tags[]': z.array(z.string()), at: z.object({ days: z.array(z.date()) }) }))
      .output(z.map(z.string(), z.bigint()))
      .mutation(() => new Map()),
    find: t.procedure
      .meta({ mcp: true })
      .input(z.union([z.string(), z.bigint()]).optional())
      .query(() => 1),
    coerced: t.procedure
      .meta({ mcp: true })
      .input(z.object({ at: z.coerce.date(), count: z.coerce.bigint() }))
      .query(() => 1),
  });
  const { tools } = await describeCatalog(router);
  const values = Object.fromEntries(tools.map((tool) => [tool.name, tool.values]));
  expect(Object.keys(values['add']!.input!.properties!)).toEqual(['tags[]', 'at']);
  expect(values['add']).toMatchObject({
    input: { required: ['tags[]', 'at'] },
    isInputOptional: false,
    inputSpecials: [{ path: ['at', 'days', '*'], kind: 'Date' }],
    outputSpecials: [
      { path: [], kind: 'Map' },
      { path: ['*'], kind: 'bigint' },
    ],
  });
  expect(values['find']).toMatchObject({
    input: { anyOf: expect.any(Array) },
    isInputOptional: true,
    inputSpecials: [{ path: [], kind: 'bigint' }],
  });
  expect(values['coerced']!.inputSpecials).toEqual([]);
});
