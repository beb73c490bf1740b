import { createMcpTestClient, expectCatalog } from '@trpc-mcp/core/testing';
import { describe, expect, test } from 'vitest';
import '@trpc-mcp/core/testing/vitest';
import { appRouter, createContext } from '../testing.ts';

const ines = { user: { name: 'Ines', role: 'admin' } } as const;
const priya = { user: { name: 'Priya', role: 'viewer' } } as const;

test('lists customers of this summer', async () => {
  await using client = createMcpTestClient(appRouter, { ctx: priya });
  const result = await client.call('customers.list', { since: new Date('2026-06-01T00:00:00Z') });
  expect(result).toMatchObject({ ok: true, output: [{ name: 'Grace', since: expect.any(Date) }] });
});

test('is for admins', async () => {
  await using client = createMcpTestClient(appRouter, { ctx: priya });
  expect(await client.call('customers.export')).toBeToolError('FORBIDDEN', 'Ask an admin.');
});

test('tells what a failed tool says', async () => {
  await using client = createMcpTestClient(appRouter, { ctx: ines });
  const result = await client.call('customers.list', { since: 'yesterday' as never });
  if (result.ok) throw new Error('it should have failed');
  expect(result.error).toMatchObject({ code: 'BAD_REQUEST', httpStatus: 400, issues: [{ path: 'since' }] });
  // What the model reads.
  expect(result.error.message).toContain('since: expected an ISO 8601 date-time');
});

test('gives outputs without asking whether it went well', async () => {
  await using client = createMcpTestClient(appRouter, { ctx: ines });
  const [first] = await client.unwrap.call('customers.list', {});
  expect(first?.since.getUTCFullYear()).toBe(2026);
  await using stranger = createMcpTestClient(appRouter, { ctx: { user: undefined } });
  await expect(stranger.unwrap.call('customers.list', {})).rejects.toBeToolError('UNAUTHORIZED');
});

test('reads JSON where nothing says how to make more of it', async () => {
  await using client = createMcpTestClient(appRouter, { ctx: ines });
  const result = await client.call('customers.count');
  expect(result.ok && result.json).toEqual({ customers: 2, at: expect.stringMatching(/^\d{4}-/) });
  expect(() => result.ok && result.output).toThrow('give the procedure an .output()');
});

test('says how to expose what is not', async () => {
  await using client = createMcpTestClient(appRouter, { ctx: ines });
  await expect(client.call('customers.erase', { id: 'c1' })).rejects.toThrow(
    'customers.erase is not tagged for MCP; add mcp: true to its meta',
  );
});

test('makes the context as the app does', async () => {
  const headers = { authorization: 'Bearer of-ines' };
  await using client = createMcpTestClient(appRouter, { createContext, headers });
  expect(await client.unwrap.call('customers.export')).toBe('Ada\nGrace');
});

test('calls as a model does, and sees what it sees', async () => {
  await using client = createMcpTestClient(appRouter, { ctx: priya });
  const names = (await client.listTools()).map(({ name }) => name);
  expect(names).toContain('customers_list');
  const result = await client.callTool('customers_list', { since: '2026-06-01' });
  expect(result).toMatchObject({ ok: true, json: [{ name: 'Grace' }] });
});

describe.each(['modern', 'legacy'] as const)('a person at a client of the %s era', (era) => {
  test.each([
    ['accept', true],
    ['decline', false],
  ] as const)('answers: %s', async (action, ok) => {
    await using client = createMcpTestClient(appRouter, {
      ctx: ines,
      era,
      // Clients of 2025 are asked in a session only.
      legacy: 'sessions',
      onElicit: ({ message }) => {
        expect(message).toBe('Deactivate "c1"?');
        return { action };
      },
    });
    expect(await client.call('customers.deactivate', { id: 'c1' })).toMatchObject({ ok });
  });

  test('hears how far a call is', async () => {
    await using client = createMcpTestClient(appRouter, { ctx: ines, era });
    const heard: number[] = [];
    await client.call('customers.export', undefined, { onProgress: ({ progress }) => heard.push(progress) });
    expect(heard.at(-1)).toBe(2);
  });
});

test('serves what was promised', async () => {
  await expectCatalog(appRouter).toMatchFile('mcp.lock.json');
});

test('works in the clients of our users', async () => {
  await expectCatalog(appRouter).toSuit(['claude-code', 'chatgpt', 'vscode'], { maxTokens: 20_000 });
});
