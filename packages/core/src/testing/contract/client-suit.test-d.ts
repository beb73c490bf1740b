import { initTRPC } from '@trpc/server';
import { expectTypeOf, test } from 'vitest';
import { type CatalogExpectation, type ClientName, expectCatalog, type SuitLimits } from '../testing.ts';

const router = initTRPC.create().router({});

test('toSuit takes names of clients, and the most tokens of the list', () => {
  expectTypeOf<CatalogExpectation['toSuit']>().parameters.toEqualTypeOf<
    [clients: readonly ClientName[], limits?: SuitLimits | undefined]
  >();
  expectTypeOf<CatalogExpectation['toSuit']>().returns.toEqualTypeOf<Promise<void>>();
  expectTypeOf<ClientName>().not.toBeAny();
  void (() => expectCatalog(router).toSuit(['claude-code', 'llama.cpp'], { maxTokens: 5000 }));
  void (() => expectCatalog(router, { server: { name: 'app', version: '1.0.0' } }).toSuit(['cursor']));
  // @ts-expect-error there is no such client
  void (() => expectCatalog(router).toSuit(['claude-cod']));
  // @ts-expect-error it is a number
  void (() => expectCatalog(router).toSuit(['cursor'], { maxTokens: '5000' }));
});
