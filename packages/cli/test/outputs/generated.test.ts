import { afterEach, test, vi } from 'vitest';
import { expectGenerated } from './generated.ts';

afterEach(() => vi.unstubAllEnvs());

// `test:large` has 500.
test('of 100 generated procedures, 99 are typed, and every result follows its schema', async () => {
  vi.stubEnv('NODE_ENV', 'development');
  await expectGenerated(100);
});
