import { vi } from 'vitest';

// The same tests once more, with every request left to the SDK.
vi.mock('../../src/protocol/lane.ts', async (importOriginal) => ({
  ...(await importOriginal<object>()),
  createLane: () => ({ serve: () => undefined }),
}));
