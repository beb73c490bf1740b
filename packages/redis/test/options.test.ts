import { SetupError } from '@trpc-mcp/core';
import { expect, test } from 'vitest';
import { redis } from '../src/index.ts';

test('an option that is misspelt is found, because two apps would share what each keeps for itself', () => {
  const make = () => redis({ client: {}, prefx: 'shop:' } as never);
  expect(make).toThrow(SetupError);
  expect(make).toThrow(/redis\.prefx: it is not an option; the options are: .*prefix/);
});
