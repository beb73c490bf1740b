import { initTRPC } from '@trpc/server';
import type { Input } from '../../src/schema/input.ts';

/** What a resolver received, or the error that kept the call from it. */
export type Outcome = { value: unknown; error?: never } | { error: unknown; value?: never };

interface Builder {
  input(parser: unknown): Builder;
  query(resolver: (call: { input: unknown }) => unknown): never;
}

/**
 * Makes a real tRPC procedure with these parsers. The returned function calls it and returns what its resolver
 * received.
 */
export function createProcedure(inputs: readonly unknown[]): (rawInput: unknown) => Promise<Outcome> {
  const t = initTRPC.create();
  let builder = t.procedure as unknown as Builder;
  for (const parser of inputs) builder = builder.input(parser);
  let received: unknown;
  const router = t.router({
    run: builder.query(({ input }) => {
      received = input;
      return null;
    }),
  });
  const caller = router.createCaller({}) as unknown as { run(input: unknown): Promise<unknown> };
  return async (rawInput) => {
    received = undefined;
    try {
      await caller.run(rawInput);
      return { value: received };
    } catch (error) {
      return { error };
    }
  };
}

/** Calls a procedure as the bridge does: decode, then call. If the decoder throws, the arguments count as refused. */
export async function callOverWire(
  run: (rawInput: unknown) => Promise<Outcome>,
  input: Input,
  args: unknown,
): Promise<Outcome> {
  let rawInput: unknown;
  try {
    rawInput = input.takesInput ? input.decode(args) : undefined;
  } catch (error) {
    return { error };
  }
  return run(rawInput);
}
