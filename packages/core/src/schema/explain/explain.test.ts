import { expect, it } from 'vitest';
import * as z from 'zod';
import { z as z3 } from 'zod3';
import { compileInput } from '../input.ts';

function explain(parser: z.ZodType, args: unknown): unknown {
  const input = compileInput([parser]);
  const { error } = parser.safeParse(input.decode(args));
  return input.explain(error, args);
}

it('speaks of what was sent', () => {
  expect(explain(z.object({ since: z.date(), id: z.bigint() }), { since: 'soon' })).toEqual([
    {
      path: 'since',
      message: 'expected an ISO 8601 date-time such as 2026-01-31T09:00:00Z, received "soon"',
    },
    {
      path: 'id',
      message: 'required; expected an integer, as a string of decimal digits such as "12345678901234567890"',
    },
  ]);
});

it('tells paths as they were sent, through wraps, Maps and Sets', () => {
  const parser = z.map(z.string(), z.set(z.object({ at: z.date() })));
  const good = { at: '2026-01-31T09:00:00Z' };
  expect(explain(parser, { input: { 'a b': [good, { at: 'x' }] } })).toEqual([
    expect.objectContaining({ path: 'input["a b"][1].at' }),
  ]);
  expect(explain(z.object({ log: z.map(z.date(), z.number()) }), { log: [['x', 1]] })).toEqual([
    expect.objectContaining({ path: 'log[0][0]' }),
  ]);
});

it('leaves the words of the validator and of the app where they are right', () => {
  expect(explain(z.object({ n: z.number().min(3, 'at least three') }), { n: 1 })).toEqual([
    { path: 'n', message: 'at least three' },
  ]);
  expect(explain(z.object({ at: z.date('when?') }), { at: 'x' })).toEqual([
    { path: 'at', message: expect.stringMatching(/^when\? \(expected an ISO 8601.*\)$/) as string },
  ]);
  expect(explain(z.object({ at: z.date().max(new Date(0)) }), { at: '2026-01-31T09:00:00Z' })).toEqual([
    { path: 'at', message: 'Too big: expected date to be <=1970-01-01T00:00:00.000Z' },
  ]);
});

it('tells of the branch that was meant', () => {
  const Event = z.union([
    z.object({ kind: z.literal('a'), at: z.date() }),
    z.object({ kind: z.literal('b'), id: z.bigint() }),
  ]);
  expect(explain(z.object({ event: Event }), { event: { kind: 'a', at: 'x' } })).toEqual([
    expect.objectContaining({ path: 'event.at' }),
  ]);
  expect(explain(z.object({ when: z.union([z.date(), z.number()]) }), { when: true })).toEqual([
    {
      path: 'when',
      message: 'expected an ISO 8601 date-time such as 2026-01-31T09:00:00Z or a number, received true',
    },
  ]);
});

it('reads the errors of zod 3, and their causes', () => {
  const parser = z3.object({ days: z3.set(z3.date()) });
  const input = compileInput([parser]);
  const args = { days: ['x'] };
  const { error } = parser.safeParse(input.decode(args));
  expect(input.explain(new Error('BAD_REQUEST', { cause: error }), args)).toEqual([
    expect.objectContaining({ path: 'days[0]', message: expect.stringContaining('ISO 8601') as string }),
  ]);
  expect(input.explain(new Error('database down'), args)).toBeUndefined();
});
