import { afterEach, test, vi } from 'vitest';
import { expectGenerated } from './generated.ts';

afterEach(() => vi.unstubAllEnvs());

test('of 500 generated procedures, 495 are typed, and every result follows its schema', async () => {
  vi.stubEnv('NODE_ENV', 'development');
  await expectGenerated(500);
});
