import type { AnyTRPCRouter } from '@trpc/server';
import { expectTypeOf, test } from 'vitest';
import { mcpHandler } from '../../src/adapters/fetch.ts';
import type { HandlerOptions } from '../../src/protocol/options.ts';

declare const router: AnyTRPCRouter;

test('a list is of all, or of what is permitted', () => {
  mcpHandler(router, { listing: 'permitted' });
  mcpHandler(router, { listing: 'all' });
  // @ts-expect-error it is a word, so that there can be others
  mcpHandler(router, { listing: true });
  expectTypeOf<HandlerOptions['listing']>().toEqualTypeOf<'all' | 'permitted' | undefined>();
});
