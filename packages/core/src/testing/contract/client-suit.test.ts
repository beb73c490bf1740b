import { initTRPC } from '@trpc/server';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { McpMeta, McpSettings } from '../../index.ts';
import { expectCatalog } from '../testing.ts';

const t = initTRPC.meta<McpMeta>().create();
const all = [
  'claude-code',
  'chatgpt',
  'vscode',
  'cursor',
  'gemini',
  'llama.cpp',
  'windsurf',
  'copilot-cli',
] as const;

const toRouter = (mcp: McpSettings | true = true) =>
  t.router({
    get: t.procedure
      .meta({ mcp })
      .input(z.object({ id: z.string() }))
      .query(({ input }) => input),
  });

/** The message of what is thrown; an empty text if nothing is. */
const messageOf = (promise: Promise<void>) =>
  promise.then(
    () => '',
    (error: unknown) => (error as Error).message,
  );

test('a router suits the clients that take all of its tools', async () => {
  await expectCatalog(toRouter()).toSuit(all);
});

test('the message names the tool, what it has, what the client does, the fix, and the rule', async () => {
  const input = { type: 'object', properties: { id: { type: 'string', pattern: '^(?=a)' } } };
  expect(await messageOf(expectCatalog(toRouter({ input })).toSuit(['chatgpt', 'cursor']))).toBe(
    [
      '1 finding: some tools do not work in chatgpt',
      '  get: in its input schema, #/properties/id has a pattern with the look-around "(?=", and ChatGPT refuses all tools if one pattern has a look-around or a back-reference; write the pattern without it, or leave it out and say in the description what is wanted [chatgpt: look-around]',
    ].join('\n'),
  );
});

test('warnings alone do not fail, and are counted beside errors', async () => {
  const description = 'long '.repeat(500);
  await expectCatalog(toRouter({ description })).toSuit(['claude-code']);
  const name = 'n'.repeat(60);
  expect(await messageOf(expectCatalog(toRouter({ description, name })).toSuit(['claude-code']))).toContain(
    'Warnings, which do not fail: claude-code description-length (1). docs/clients.md says what they mean.',
  );
});

test('the name of the server counts with the names of the tools', async () => {
  const router = toRouter({ name: 'n'.repeat(40) });
  await expectCatalog(router).toSuit(['cursor', 'claude-code']);
  const server = { name: 'a-server-with-a-long-name', version: '1.0.0' };
  const message = await messageOf(expectCatalog(router, { server }).toSuit(['cursor', 'claude-code']));
  expect(message).toContain('its name has 65 characters, with "a-server-with-a-long-name" before it');
  expect(message).toContain('its name has 72 characters, with "mcp__a-server-with-a-long-name__" before it');
});

test('the number of tools counts', async () => {
  const record = Object.fromEntries(
    Array.from({ length: 51 }, (_, index) => [
      `t${index}`,
      t.procedure.meta({ mcp: true }).query(() => index),
    ]),
  );
  const router = t.router(record);
  await expectCatalog(router).toSuit(['cursor', 'vscode']);
  expect(await messageOf(expectCatalog(router).toSuit(['windsurf']))).toContain(
    'tools/list: the list has 51 tools, and Windsurf takes at most 50 tools of all servers together (2025)',
  );
});

test('maxTokens limits the list, with or without clients', async () => {
  await expectCatalog(toRouter()).toSuit(all, { maxTokens: 1000 });
  expect(await messageOf(expectCatalog(toRouter()).toSuit([], { maxTokens: 10 }))).toMatch(
    /^tools\/list is larger than maxTokens \(10\): 1 tool, about \d+ tokens in tools\/list; get \d+$/,
  );
});

test('the lists of both eras are checked', async () => {
  const node: Record<string, unknown> = { type: 'object', properties: { next: { $ref: '#/$defs/node' } } };
  const output = { type: 'object', properties: { first: { $ref: '#/$defs/node' } }, $defs: { node } };
  const message = await messageOf(expectCatalog(toRouter({ output })).toSuit(['claude-code']));
  // A recursive output schema is either left out, or found.
  expect(message === '' || message.includes('[claude-code: recursive-output]')).toBe(true);
});

test('a name that is not a client is an error that says which one was meant', async () => {
  const wrong = (name: string) => messageOf(expectCatalog(toRouter()).toSuit([name as 'cursor']));
  expect(await wrong('claude-cod')).toBe(
    '"claude-cod" is not a client that toSuit knows; did you mean claude-code?',
  );
  expect(await wrong('emacs')).toMatch(
    /"emacs" is not a client that toSuit knows; the clients are: claude-code, /,
  );
  expect(await wrong('toString')).toMatch(/is not a client/);
  expect(await messageOf(expectCatalog(toRouter()).toSuit([], { maxTokens: Number.NaN }))).toBe(
    'maxTokens is NaN; it has to be a number of 0 or more',
  );
  expect(await messageOf(expectCatalog(toRouter()).toSuit('cursor' as never))).toMatch(
    /takes a list of clients/,
  );
});

test('with discovery, what is checked is what is listed: the tools to search with, and what is pinned', async () => {
  const router = t.router(
    Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => [
        `tool${index}`,
        t.procedure.meta({ mcp: { pinned: index === 7 } }).query(() => index),
      ]),
    ),
  );
  const limits = { maxTokens: 1000 };
  await expect(expectCatalog(router).toSuit(all, limits)).rejects.toThrow('60 tools');
  await expectCatalog(router, { discovery: 'search' }).toSuit(all, limits);
  await expect(expectCatalog(router, { discovery: 'search' }).toSuit(all, { maxTokens: 1 })).rejects.toThrow(
    /4 tools.*run_query.*tool7/,
  );
  await expect(expectCatalog(router, { discovery: { over: 61 } }).toSuit(all, limits)).rejects.toThrow();
});
