import { vi } from 'vitest';

// Runs the same tests with the lane off, so that the SDK answers every request.
vi.mock('../../src/protocol/lane.ts', async (importOriginal) => ({
  ...(await importOriginal<object>()),
  createLane: () => ({ serve: () => undefined, close: () => {} }),
}));
