import { initTRPC } from '@trpc/server';
import { expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { type AccessInputs, type AccessReport, compareAccess, type Verdict } from '../testing.ts';

const t = initTRPC.create();
const router = t.router({
  ping: t.procedure.query(() => 'pong'),
  notes: {
    add: t.procedure.input(z.object({ text: z.string(), at: z.date().optional() })).mutation(() => 1),
    deep: t.router({ get: t.procedure.input(z.number()).query(() => 1) }),
  },
});
const where = { trpcUrl: 'http://a.example/trpc', mcpUrl: 'http://a.example/mcp', callers: { nobody: {} } };

test('inputs are typed by the router, path by path', () => {
  expectTypeOf<AccessInputs<typeof router>>().toEqualTypeOf<{
    readonly ping?: readonly void[];
    readonly 'notes.add'?: readonly { text: string; at?: Date | undefined }[];
    readonly 'notes.deep.get'?: readonly number[];
  }>();
  const inputs: AccessInputs<typeof router> = { 'notes.add': [{ text: 'a', at: new Date() }] };
  void (() => compareAccess(router, { ...where, inputs }));
  // @ts-expect-error the input is a number
  void (() => compareAccess(router, { ...where, inputs: { 'notes.deep.get': ['one'] } }));
  // @ts-expect-error there is no such procedure
  void (() => compareAccess(router, { ...where, inputs: { 'notes.remove': [] } }));
  // @ts-expect-error a router alone is not a procedure
  void (() => compareAccess(router, { ...where, expose: { include: ['notes'] } }));
});

test('the report says who was answered what', () => {
  const run = () => compareAccess(router, where);
  expectTypeOf(run).returns.resolves.toEqualTypeOf<AccessReport>();
  expectTypeOf(run).returns.resolves.not.toBeAny();
  expectTypeOf<'OK' | 'UNKNOWN_TOOL' | 'FORBIDDEN'>().toExtend<Verdict>();
  // @ts-expect-error there is no such code
  expectTypeOf<'MAYBE'>().toExtend<Verdict>();
});
