import { toJsonSchema } from '@valibot/to-json-schema';
import { type } from 'arktype';
import * as v from 'valibot';
import { expect, it, vi } from 'vitest';
import * as z from 'zod';
import * as mini from 'zod/mini';
import { z as z3 } from 'zod3';
import { compileInput } from '../../src/schema/input.ts';
import { compileOutput } from '../../src/schema/output.ts';

const options = { converters: { valibot: toJsonSchema } };
const run = vi.fn(async () => true);
const change = vi.fn((value: unknown) => value);

it.each<[string, unknown]>([
  ['zod 4: refine', z.any().refine(run)],
  ['zod 4: superRefine', z.object({ a: z.any().superRefine(run as never) })],
  ['zod 4: custom', z.custom(run)],
  ['zod 4: transform', z.object({ a: z.date().transform(change) }).transform(change)],
  ['zod 4: preprocess', z.preprocess(change, z.object({ a: z.preprocess(change, z.date()) }))],
  ['zod 4: codec', z.codec(z.date(), z.any(), { decode: change, encode: change as never })],
  ['zod/mini: refine', mini.any().check(mini.refine(run))],
  ['zod 3: refine', z3.any().refine(run)],
  ['zod 3: superRefine', z3.object({ a: z3.any().superRefine(run) })],
  ['zod 3: custom', z3.object({ a: z3.custom(run) })],
  ['zod 3: transform', z3.object({ a: z3.date().transform(change) }).transform(change)],
  ['zod 3: preprocess', z3.preprocess(change, z3.object({ a: z3.date() }))],
  ['arktype: narrow', type('unknown').narrow((value): value is unknown => change(value) === value)],
  ['arktype: pipe', type({ a: type('Date').pipe(change) })],
  ['valibot: check', v.object({ a: v.pipe(v.any(), v.check(change as never)) })],
  ['valibot: transform', v.object({ a: v.pipe(v.date(), v.transform(change) as never) })],
])('mounting runs none of the app: %s', (_name, parser) => {
  run.mockClear();
  change.mockClear();
  for (const compile of [() => compileInput([parser], options), () => compileOutput(parser, options)]) {
    try {
      compile();
    } catch {
      // A refusal is fine too: no code of the app ran.
    }
  }
  expect(run).not.toHaveBeenCalled();
  expect(change).not.toHaveBeenCalled();
});
