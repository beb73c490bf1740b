import { initTRPC, TRPCError } from '@trpc/server';
import { expect as jestExpect } from 'expect';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { McpMeta } from '../../index.ts';
import { createMcpTestClient } from '../testing.ts';
import './vitest.ts';

const t = initTRPC.meta<McpMeta>().create();
const tool = t.procedure.meta({ mcp: true });
const router = t.router({
  erase: tool.mutation(() => {
    throw new TRPCError({ code: 'FORBIDDEN', message: 'only admins may erase' });
  }),
  greet: tool.query(() => ({ hello: 'world' })),
});

beforeAll(async () => {
  vi.stubGlobal('expect', jestExpect);
  await import('./jest.ts');
  vi.unstubAllGlobals();
});

describe.each([
  ['vitest', (actual: unknown) => expect(actual)],
  ['jest', (actual: unknown) => jestExpect(actual)],
])('in %s', (_, that) => {
  test('toBeToolError takes a result, what unwrap throws, and a result of the official client', async () => {
    await using client = createMcpTestClient(router);
    const result = await client.call('erase');
    that(result).toBeToolError();
    that(result).toBeToolError('FORBIDDEN');
    that(result).toBeToolError('FORBIDDEN', 'only admins');
    that(result).toBeToolError('FORBIDDEN', /^FORBIDDEN: only admins/);
    that(result).not.toBeToolError('NOT_FOUND');
    that(result).not.toBeToolError('FORBIDDEN', 'only the owner');
    await that(client.unwrap.call('erase')).rejects.toBeToolError('FORBIDDEN');
    await that(client.call('erase')).resolves.toBeToolError('FORBIDDEN');
    const official = await client.connect();
    that(await official.callTool({ name: 'erase' })).toBeToolError('FORBIDDEN', 'only admins');
    that(await client.call('greet')).not.toBeToolError();
    that(await official.callTool({ name: 'greet' })).not.toBeToolError();
    that(new Error('another')).not.toBeToolError();
  });

  test('toBeToolError says what it got instead', async () => {
    await using client = createMcpTestClient(router);
    const erased = await client.call('erase');
    const greeted = await client.call('greet');
    expect(() => that(erased).toBeToolError('NOT_FOUND', 'gone')).toThrow(
      'expected NOT_FOUND that says "gone", and got FORBIDDEN:\n\nFORBIDDEN: only admins may erase',
    );
    expect(() => that(erased).not.toBeToolError('FORBIDDEN')).toThrow('expected anything but FORBIDDEN');
    expect(() => that(greeted).toBeToolError('FORBIDDEN')).toThrow(
      'expected FORBIDDEN, and got a tool that succeeded:\n\n{\n  "hello": "world"\n}',
    );
    expect(() => that(Promise.resolve()).toBeToolError()).toThrow('a promise; await the call');
    expect(() => that('words').toBeToolError()).toThrow('what is no result of a tool: words');
    expect(() => that(new RangeError('far')).toBeToolError()).toThrow('RangeError: far');
  });
});
