import { initTRPC } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/express';
import { createMcpTestClient } from '@trpc-mcp/core/testing';
import { connectHttp, revisions } from 'example-testing';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { app } from '../options.ts';
import { appRouter, type Context } from '../tools.ts';

const contexts: Record<string, Context> = {
  viewer: { user: { name: 'Ada', role: 'viewer' } },
  admin: { user: { name: 'Grace', role: 'admin' } },
  nobody: {},
};

describe('the tools of docs/tools.md', () => {
  test.each([
    ['viewer', ['customers_list', 'invoices_search']],
    ['admin', ['customers_close', 'customers_list', 'invoices_search']],
  ])('a %s sees %j', async (who, expected) => {
    await using client = createMcpTestClient(appRouter, { ctx: contexts[who]! });
    expect((await client.listTools()).map(({ name }) => name)).toEqual(expected);
  });

  test('closing an account asks a person, and then closes it', async () => {
    const asked: string[] = [];
    await using client = createMcpTestClient(appRouter, {
      ctx: contexts['admin']!,
      onElicit: ({ message }) => {
        asked.push(message);
        return { action: 'accept', content: {} };
      },
    });
    const { output } = (await client.call('customers.close', { id: 'c-1' })) as { output?: unknown };
    expect(asked).toEqual(['Close the account of customer "c-1"?']);
    expect(output).toEqual({ id: 'c-1', name: 'Acme', isOpen: false });
  });

  test('a model reads the message that the app wrote', async () => {
    await using client = createMcpTestClient(appRouter, { ctx: contexts['nobody']! });
    const { error } = (await client.call('customers.list')) as { error?: Error };
    expect(error?.message).toContain('UNAUTHORIZED: Sign in first.');
  });

  test('what the procedures share reaches each tool: the procedure keeps its own description', async () => {
    await using client = createMcpTestClient(appRouter, { ctx: contexts['viewer']! });
    const tools = await client.listTools();
    expect(tools.find(({ name }) => name === 'invoices_search')?.description).toBe(
      'Finds invoices, the newest first. Amounts are in cents.',
    );
    const { output } = (await client.call('invoices.search', { customer: 'c-1' })) as { output?: unknown };
    expect(output).toEqual([{ number: 7, customer: 'c-1', cents: 12_000 }]);
  });
});

describe.each(revisions)(
  'the handlers of docs/reference/options.md, for the official client of %s',
  (revision) => {
    test.each([
      ['/mcp', ['customers_list', 'invoices_search']],
      ['/time', ['now']],
    ])('%s lists %j', async (path, expected) => {
      const server = app.listen(0);
      await once(server, 'listening');
      try {
        const { port } = server.address() as AddressInfo;
        await using client = await connectHttp(revision, `http://127.0.0.1:${port}${path}`, {});
        expect(await client.listTools()).toEqual(expected);
      } finally {
        server.close();
      }
    });
  },
);

describe('the tables', () => {
  const read = (name: string) =>
    readFile(new URL(`../../../docs/reference/${name}.md`, import.meta.url), 'utf8');
  const firstCells = (text: string) =>
    [...text.matchAll(/^\| (`\w+`(?:, `\w+`)*) +\|/gm)].flatMap(([, cell = '']) =>
      cell.replaceAll('`', '').split(', '),
    );
  const t = initTRPC.meta<McpMeta>().create();

  /** What a set-up problem names as known. */
  function namesIn(make: () => unknown, words: RegExp): string[] {
    try {
      make();
    } catch (error) {
      return words.exec((error as Error).message)?.[1]?.split(', ') ?? [];
    }
    return [];
  }

  test('docs/reference/options.md has a row for each option of the handler, and no other', async () => {
    const options = { zzzzzz: 1 } as object;
    const names = namesIn(() => mcpHandler(t.router({}), options), /the options are: ([^[]*?) \[/);
    expect(names.length).toBeGreaterThan(30);
    expect(firstCells(await read('options')).toSorted()).toEqual(names.toSorted());
  });

  test('docs/reference/meta.md has a row for each setting of a procedure, and no other', async () => {
    const mcp = { zzzzzz: 1 } as object;
    const router = t.router({ now: t.procedure.meta({ mcp }).query(() => 1) });
    const names = namesIn(() => mcpHandler(router), /use one of: ([^[]*?) \[/);
    expect(names.length).toBeGreaterThan(20);
    expect(firstCells(await read('meta')).toSorted()).toEqual(names.toSorted());
  });
});
