import { initTRPC, TRPCError } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { McpMeta } from '../../index.ts';
import { createMcpTestClient, McpToolError } from '../testing.ts';

interface Context {
  user: string | undefined;
}

const t = initTRPC.context<Context>().meta<McpMeta>().create();
const tool = t.procedure.meta({ mcp: true });
const eras = ['modern', 'legacy'] as const;
const ada = { user: 'ada' };

describe.each(eras)('a test client of the %s era', (era) => {
  test('calls procedures by path, with and without an input', async () => {
    const router = t.router({
      whoami: tool.query(({ ctx }) => ctx.user),
      notes: { add: tool.input(z.object({ text: z.string() })).mutation(({ input }) => input.text.length) },
    });
    await using client = createMcpTestClient(router, { era, ctx: ada });
    const whoami = await client.call('whoami');
    expect(whoami).toMatchObject({ ok: true, output: 'ada', json: 'ada' });
    const length = await client.call('notes.add', { text: 'four' });
    expect(length).toMatchObject({ ok: true, output: 4 });
    expect((await client.connect()).getProtocolEra()).toBe(era);
  });

  test('takes and gives real values, through JSON and back', async () => {
    const Event = z.object({
      at: z.date(),
      size: z.bigint(),
      tags: z.set(z.string()),
      rates: z.map(z.string(), z.number()),
      byDay: z.map(z.date(), z.number()),
      until: z.date().optional(),
    });
    const seen: unknown[] = [];
    const router = t.router({
      echo: tool
        .input(Event)
        .output(Event)
        .mutation(({ input }) => {
          seen.push(input);
          return input;
        }),
      next: tool
        .input(z.date())
        .output(z.date())
        .query(({ input }) => new Date(input.getTime() + 1)),
    });
    await using client = createMcpTestClient(router, { era, ctx: ada });
    const event = {
      at: new Date('2026-01-31T09:00:00.000Z'),
      size: 12_345_678_901_234_567_890n,
      tags: new Set(['a', 'b']),
      rates: new Map([['EUR', 1.1]]),
      byDay: new Map([[new Date(0), 1]]),
    };
    const result = await client.call('echo', event);
    expect(result.ok && result.output).toEqual(event);
    expect(seen).toEqual([event]);
    expect(result.ok && result.json).toEqual({
      at: '2026-01-31T09:00:00.000Z',
      size: '12345678901234567890',
      tags: ['a', 'b'],
      rates: { EUR: 1.1 },
      byDay: [['1970-01-01T00:00:00.000Z', 1]],
    });
    await expect(client.unwrap.call('next', new Date(0))).resolves.toEqual(new Date(1));
  });

  test('sends files, and gets files back', async () => {
    const router = t.router({
      upper: tool
        .input(z.object({ file: z.file(), copies: z.array(z.instanceof(Uint8Array)) }))
        .output(z.object({ file: z.file() }))
        .mutation(async ({ input: { file, copies } }) => {
          const text = `${await file.text()} ${copies.map((copy) => copy.byteLength).join()}`;
          return { file: new File([text.toUpperCase()], file.name, { type: 'text/plain' }) };
        }),
    });
    await using client = createMcpTestClient(router, { era, ctx: ada });
    const file = new File(['hello'], 'a.txt', { type: 'text/plain' });
    const copies = [new Uint8Array([1, 2]), new Uint8Array(3)];
    const { file: got } = await client.unwrap.call('upper', { file, copies });
    expect(got).toBeInstanceOf(File);
    expect([got.name, got.type, await got.text()]).toEqual(['a.txt', 'text/plain', 'HELLO 2,3']);
  });

  test('gives JSON for what has no .output(), and no output that would not be what was returned', async () => {
    const router = t.router({
      plain: tool.query(() => [{ id: 1, name: undefined as string | undefined }]),
      dated: tool.query(() => ({ rows: [{ at: new Date(0) }] })),
      nothing: tool.mutation(() => undefined),
    });
    await using client = createMcpTestClient(router, { era, ctx: ada });
    await expect(client.unwrap.call('plain')).resolves.toEqual([{ id: 1 }]);
    await expect(client.unwrap.call('nothing')).resolves.toBeUndefined();
    const dated = await client.call('dated');
    if (!dated.ok) throw new Error('it failed');
    expect(dated.json).toEqual({ rows: [{ at: '1970-01-01T00:00:00.000Z' }] });
    expect(() => dated.output).toThrow(
      'dated returned a Date at rows[0].at, which cannot be made from its JSON again; give the procedure an .output(), or read json in place of output',
    );
    await expect(client.unwrap.call('dated')).rejects.toThrow('a Date at rows[0].at');
  });

  test('gives a list, and an object with a key called result, as they were returned', async () => {
    const router = t.router({
      list: tool.query(() => [1, 2]),
      wrapped: tool.query(() => ({ result: [1] })),
      optional: tool.output(z.array(z.date()).optional()).query(() => [new Date(0)]),
    });
    await using client = createMcpTestClient(router, { era, ctx: ada });
    await expect(client.unwrap.call('list')).resolves.toEqual([1, 2]);
    await expect(client.unwrap.call('wrapped')).resolves.toEqual({ result: [1] });
    await expect(client.unwrap.call('optional')).resolves.toEqual([new Date(0)]);
  });

  test('gives a failed tool as data, HTTP 401 and 403 among them', async () => {
    const router = t.router({
      find: tool.input(z.object({ id: z.uuid(), page: z.number() })).query(() => null),
      signIn: tool.query(() => {
        throw new TRPCError({ code: 'UNAUTHORIZED', message: 'sign in first' });
      }),
      erase: tool.mutation(() => {
        throw new TRPCError({ code: 'FORBIDDEN', message: 'only admins may erase' });
      }),
      crash: tool.mutation(() => {
        throw new Error('secret');
      }),
    });
    await using client = createMcpTestClient(router, { era, ctx: ada, onError: () => undefined });
    const refused = await client.call('find', { id: 'x', page: 1 });
    expect(refused).toMatchObject({
      ok: false,
      error: { code: 'BAD_REQUEST', httpStatus: 400, path: 'find' },
    });
    expect(refused.ok ? [] : refused.error.issues.map(({ path }) => path)).toEqual(['id']);
    expect(await client.call('signIn')).toMatchObject({
      ok: false,
      error: { code: 'UNAUTHORIZED', httpStatus: 401, message: expect.stringContaining('sign in first') },
    });
    const erased = await client.call('erase');
    expect(erased).toMatchObject({
      ok: false,
      error: { code: 'FORBIDDEN', httpStatus: 403, shape: { message: 'only admins may erase' } },
      content: [{ type: 'text', text: expect.stringContaining('FORBIDDEN: only admins may erase') }],
    });
    const crashed = await client.call('crash');
    expect(crashed).toMatchObject({ ok: false, error: { code: 'INTERNAL_SERVER_ERROR', shape: undefined } });
    expect(JSON.stringify(crashed)).not.toContain('secret');
  });

  test('throws failures from unwrap', async () => {
    const router = t.router({
      erase: tool.mutation(() => {
        throw new TRPCError({ code: 'FORBIDDEN', message: 'only admins may erase' });
      }),
    });
    await using client = createMcpTestClient(router, { era, ctx: ada });
    const thrown = await client.unwrap.call('erase').catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(McpToolError);
    expect(thrown).toMatchObject({ name: 'McpToolError', code: 'FORBIDDEN', error: { httpStatus: 403 } });
    await expect(client.unwrap.callTool('erase')).rejects.toThrow('only admins may erase');
  });

  test('throws where there is no tool, and says how to have one', async () => {
    const router = t.router({
      open: tool.query(() => 1),
      untagged: t.procedure.query(() => 1),
      excluded: tool.query(() => 1),
      hidden: t.procedure.meta({ mcp: { visible: () => false } }).query(() => 1),
    });
    await using client = createMcpTestClient(router, { era, ctx: ada, expose: { exclude: ['excluded'] } });
    const messageOf = (call: Promise<unknown>) =>
      call.then(
        () => 'it was done',
        (error: { code: number; message: string }) => `${error.code} ${error.message}`,
      );
    expect(await messageOf(client.call('untagged'))).toBe(
      '-32602 Unknown tool: untagged is not tagged for MCP; add mcp: true to its meta: .meta({ mcp: true })',
    );
    expect(await messageOf(client.call('excluded'))).toBe(
      '-32602 Unknown tool: excluded is tagged, but the option expose leaves it out; include it there',
    );
    expect(await messageOf(client.call('hidden'))).toBe(
      '-32602 Unknown tool: hidden is hidden from this caller by visible in its meta; check the context of the test',
    );
    expect(await messageOf(client.call('nowhere' as 'open'))).toBe(
      '-32602 Unknown tool: no procedure of this router has the path nowhere',
    );
    expect(await messageOf(client.callTool('untagged'))).toBe('-32602 Unknown tool: untagged');
  });

  test('calls tools by name with raw JSON, and lists them', async () => {
    const router = t.router({
      later: t.procedure
        .meta({ mcp: { name: 'add_day' } })
        .input(z.object({ at: z.date() }))
        .output(z.date())
        .query(({ input }) => new Date(input.at.getTime() + 86_400_000)),
    });
    await using client = createMcpTestClient(router, { era, ctx: ada });
    expect((await client.listTools()).map(({ name }) => name)).toEqual(['add_day']);
    const result = await client.callTool('add_day', { at: '2026-01-31' });
    const json = '2026-02-01T00:00:00.000Z';
    expect(result).toMatchObject({ ok: true, json: era === 'modern' ? json : { result: json } });
    expect(await client.call('later', { at: new Date(0) })).toMatchObject({ output: new Date(86_400_000) });
    expect(await client.callTool('add_day', { at: 'tomorrow' })).toMatchObject({
      error: { code: 'BAD_REQUEST', issues: [{ path: 'at' }] },
    });
  });

  test('asks anew what is listed each time', async () => {
    let isVisible = false;
    const router = t.router({
      secret: t.procedure.meta({ mcp: { visible: () => isVisible } }).query(() => 1),
    });
    await using client = createMcpTestClient(router, { era, ctx: ada });
    expect(await client.listTools()).toEqual([]);
    isVisible = true;
    expect(await client.listTools()).toHaveLength(1);
  });

  test('makes the context for each call, from a function or from the request', async () => {
    const router = t.router({ whoami: tool.query(({ ctx }) => ctx.user) });
    let calls = 0;
    await using counted = createMcpTestClient(router, {
      era,
      ctx: async () => ({ user: `caller ${++calls}` }),
    });
    expect(await counted.unwrap.call('whoami')).toBe('caller 1');
    expect(await counted.unwrap.call('whoami')).toBe('caller 2');
    await using signed = createMcpTestClient(router, {
      era,
      headers: { authorization: 'Bearer eve' },
      createContext: ({ req, mcp }) => ({ user: `${req.headers.get('authorization')} ${mcp.era}` }),
    });
    expect(await signed.unwrap.call('whoami')).toBe(`Bearer eve ${era}`);
  });

  test('is refused by a gate call by call, and not when it connects', async () => {
    const router = t.router({ open: tool.query(() => 1) });
    const auth = {
      authenticate: (request: Request) =>
        request.headers.has('authorization') ? { token: 't', clientId: 'c', scopes: [] } : undefined,
      required: true,
    } as const;
    await using stranger = createMcpTestClient(router, { era, ctx: ada, auth });
    expect(await stranger.call('open')).toMatchObject({
      ok: false,
      error: { code: 'UNAUTHORIZED', httpStatus: 401 },
    });
    await expect(stranger.listTools()).rejects.toThrow('UNAUTHORIZED');
    await using known = createMcpTestClient(router, { era, ctx: ada, auth, headers: { authorization: 'x' } });
    expect(await known.unwrap.call('open')).toBe(1);
  });

  test('cancels a call', async () => {
    let started = () => {};
    const running = new Promise<void>((resolve) => (started = resolve));
    const router = t.router({
      wait: tool.query(async ({ signal }) => {
        started();
        await new Promise((resolve) => signal?.addEventListener('abort', resolve));
      }),
    });
    await using client = createMcpTestClient(router, { era, ctx: ada });
    const abort = new AbortController();
    const call = client.call('wait', undefined, { signal: abort.signal });
    await running;
    abort.abort();
    await expect(call).rejects.toThrow(/abort/i);
  });

  test('waits for lazy routers', async () => {
    const { lazy } = await import('@trpc/server');
    const late = t.router({ ping: tool.query(() => 'pong') });
    const router = t.router({ late: lazy(async () => ({ late })) });
    await using client = createMcpTestClient(router, { era, ctx: ada });
    expect(await client.unwrap.call('late.ping')).toBe('pong');
  });

  test('keeps calls apart that are made at once', async () => {
    const router = t.router({
      at: tool.input(z.number()).query(async ({ input }) => {
        await new Promise((resolve) => setTimeout(resolve, 20 - input));
        return input % 2 ? input : new Date(input);
      }),
    });
    await using client = createMcpTestClient(router, { era, ctx: ada });
    const results = await Promise.all(Array.from({ length: 20 }, (_, index) => client.call('at', index)));
    for (const [index, result] of results.entries()) {
      if (!result.ok) throw new Error('it failed');
      if (index % 2) expect(result.output).toBe(index);
      else expect(() => result.output).toThrow('a Date');
    }
  });
});

test('a router that cannot be served throws at once', () => {
  const router = t.router({ 'a b': tool.query(() => 1) });
  expect(() => createMcpTestClient(router, { ctx: ada })).toThrow('NAME_ILLEGAL');
});

test('a client that was never asked anything closes', async () => {
  const client = createMcpTestClient(t.router({ a: tool.query(() => 1) }), { ctx: ada });
  await client.close();
  await expect(client.call('a')).rejects.toThrow();
});
