import { initTRPC, TRPCError } from '@trpc/server';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import type { CallFailure, McpMeta } from '../src/index.ts';
import { clientKinds, connect, toolError } from './clients.ts';
import { call, eras } from './messages.ts';
import { serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create();
const tool = t.procedure.meta({ mcp: true });

describe.each(clientKinds)('a client of kind %s', (kind) => {
  test.each([
    ['BAD_REQUEST', ''],
    ['NOT_FOUND', '\nCheck the identifiers; a tool that lists or searches has the right ones.'],
    ['CONFLICT', '\nRead the current state again, then decide whether to call again.'],
    ['PRECONDITION_FAILED', '\nBring about what is missing first, then call again.'],
    ['TOO_MANY_REQUESTS', '\nWait before you call again.'],
    ['INTERNAL_SERVER_ERROR', ''],
    ['UNAUTHORIZED', ' (WWW-Authenticate: Bearer)'],
    ['FORBIDDEN', ''],
  ] as const)('reads the message that the app wrote for a %s, and what to do next', async (code, next) => {
    const router = t.router({
      fail: tool.mutation(() => {
        throw new TRPCError({ code, message: 'try tomorrow', cause: new Error('a cause nobody may see') });
      }),
    });
    await using server = await serve(mcpHandler(router, { return200ForErrors: true }));
    await using client = await connect[kind](server.mcp);
    expect(await client.callTool({ name: 'fail' })).toEqual(toolError(`${code}: try tomorrow${next}`));
  });

  test.each([
    ['an error', () => new Error('password=hunter2')],
    ['an error class of the app', () => new (class DbError extends Error {})('password=hunter2')],
    ['a string', () => 'password=hunter2'],
    ['an object', () => ({ code: 'P2002', detail: 'password=hunter2' })],
    ['nothing', () => undefined],
    [
      'a validation error of its own',
      () => z.string().safeParse(1, { error: () => 'password=hunter2' }).error,
    ],
  ])(
    'reads a reference when a resolver throws %s, and onError gets the same with the error',
    async (_, make) => {
      const failures: CallFailure[] = [];
      const router = t.router({
        fail: tool.mutation(() => {
          throw make();
        }),
      });
      await using server = await serve(mcpHandler(router, { onError: (failure) => failures.push(failure) }));
      await using client = await connect[kind](server.mcp);
      const result = await client.callTool({ name: 'fail' });
      expect(failures).toEqual([
        {
          error: expect.any(TRPCError),
          reference: expect.stringMatching(/./),
          tool: 'fail',
          path: 'fail',
          ctx: undefined,
        },
      ]);
      const [{ reference } = { reference: '' }] = failures;
      expect(result).toEqual(
        toolError(`INTERNAL_SERVER_ERROR: something went wrong inside the app (reference ${reference})`),
      );
    },
  );

  test('reads a reference when the message of a TRPCError is only that of its cause', async () => {
    const failures: CallFailure[] = [];
    const cause = new Error('select * from users where password = 1');
    const router = t.router({
      fail: tool.query(() => {
        throw new TRPCError({ code: 'NOT_FOUND', cause });
      }),
    });
    await using server = await serve(mcpHandler(router, { onError: (failure) => failures.push(failure) }));
    await using client = await connect[kind](server.mcp);
    const result = await client.callTool({ name: 'fail' });
    expect(failures.map(({ error }) => error.cause)).toEqual([cause]);
    expect(result).toEqual(
      toolError(
        `NOT_FOUND: what this call is about does not exist; the app's message is withheld, because it may come from inside; see docs/errors.md of @trpc-mcp/core (reference ${failures[0]?.reference})\nCheck the identifiers; a tool that lists or searches has the right ones.`,
      ),
    );
  });

  test('reads the problems of a validation error that the app passes on as BAD_REQUEST', async () => {
    const router = t.router({
      fail: tool.mutation(() => {
        const { error } = z.object({ to: z.object({ zip: z.string() }) }).safeParse({ to: { zip: 1 } });
        throw new TRPCError({ code: 'BAD_REQUEST', cause: error });
      }),
    });
    await using server = await serve(mcpHandler(router));
    await using client = await connect[kind](server.mcp);
    expect(await client.callTool({ name: 'fail' })).toEqual(
      toolError(
        'BAD_REQUEST: the arguments are not valid\nto.zip: Invalid input: expected string, received number',
      ),
    );
  });

  test('is not told what is wrong with a result that its output schema refuses', async () => {
    const failures: CallFailure[] = [];
    const router = t.router({
      get: tool.output(z.object({ id: z.literal('secret-id') })).query(() => ({ id: 'x' }) as never),
    });
    await using server = await serve(mcpHandler(router, { onError: (failure) => failures.push(failure) }));
    await using client = await connect[kind](server.mcp);
    const result = await client.callTool({ name: 'get' });
    expect(result).toEqual(toolError(expect.stringMatching(/^INTERNAL_SERVER_ERROR: /)));
    expect(JSON.stringify(result)).not.toContain('secret-id');
    expect(failures.map(({ error }) => error.cause)).toEqual([expect.any(z.ZodError)]);
  });

  test('reads what middleware and createContext throw, by the same rules', async () => {
    const c = initTRPC.context<{ user: string }>().meta<McpMeta>().create();
    const guarded = c.procedure.meta({ mcp: true }).use(() => {
      throw new TRPCError({ code: 'FORBIDDEN', message: 'admins only' });
    });
    const router = c.router({
      open: c.procedure.meta({ mcp: true }).query(() => 1),
      guarded: guarded.query(() => 2),
    });
    const failures: CallFailure[] = [];
    const handler = mcpHandler(router, {
      createContext: ({ req }) => {
        if (req.headers.authorization === undefined) throw new Error('no token in /etc/app.conf');
        return { user: req.headers.authorization };
      },
      onError: (failure) => failures.push(failure),
      return200ForErrors: true,
    });
    await using server = await serve(handler);
    await using known = await connect[kind](server.mcp, { authorization: 'ada' });
    await using unknown = await connect[kind](server.mcp);
    expect(await known.callTool({ name: 'guarded' })).toEqual(toolError('FORBIDDEN: admins only'));
    expect(await unknown.callTool({ name: 'open' })).toEqual(
      toolError(
        `INTERNAL_SERVER_ERROR: something went wrong inside the app (reference ${failures[1]?.reference})`,
      ),
    );
    expect(failures.map(({ path, ctx }) => ({ path, ctx }))).toEqual([
      { path: 'guarded', ctx: { user: 'ada' } },
      { path: 'open', ctx: undefined },
    ]);
  });
});

describe.each(eras)('over the wire of the %s era', (era) => {
  test('neither a secret nor a stack leaves, in production or not', async () => {
    for (const isDev of [true, false]) {
      const d = initTRPC.meta<McpMeta>().create({ isDev });
      const router = d.router({
        thrown: d.procedure.meta({ mcp: true }).query(() => {
          throw new Error('password=hunter2');
        }),
        written: d.procedure.meta({ mcp: true }).query(() => {
          throw new TRPCError({ code: 'CONFLICT', message: 'taken', cause: new Error('password=hunter2') });
        }),
      });
      await using server = await serve(mcpHandler(router, { onError: () => undefined }));
      for (const name of ['thrown', 'written']) {
        const { status, headers, body } = await call(server.mcp, era, name);
        const wire = JSON.stringify([body, ...headers]);
        expect(status).toBe(200);
        expect(wire).toContain('"isError":true');
        expect(wire).not.toMatch(/hunter2|stack|\.test\.ts|node_modules|\bat /);
      }
    }
  });

  test('an onError that throws costs the client nothing', async () => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const router = t.router({
      fail: tool.query(() => {
        throw new TRPCError({ code: 'CONFLICT', message: 'taken' });
      }),
    });
    const broken = new Error('the log is full');
    const handler = mcpHandler(router, {
      onError: () => {
        throw broken;
      },
    });
    await using server = await serve(handler);
    const { status, body } = await call(server.mcp, era, 'fail');
    expect(printed.mock.calls).toEqual([[expect.any(String), broken]]);
    printed.mockRestore();
    expect(status).toBe(200);
    expect(body).toMatchObject({
      result: {
        content: [
          {
            type: 'text',
            text: 'CONFLICT: taken\nRead the current state again, then decide whether to call again.',
          },
        ],
        isError: true,
      },
    });
  });

  test('an error that is kept from the model is printed where there is no onError', async () => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const cause = new Error('password=hunter2');
    const router = t.router({
      thrown: tool.query(() => {
        throw cause;
      }),
      written: tool.query(() => {
        throw new TRPCError({ code: 'CONFLICT', message: 'taken' });
      }),
    });
    await using server = await serve(mcpHandler(router));
    await call(server.mcp, era, 'written');
    await call(server.mcp, era, 'thrown');
    expect(printed.mock.calls).toEqual([
      [expect.stringContaining('thrown'), expect.objectContaining({ cause })],
    ]);
    printed.mockRestore();
  });
});
