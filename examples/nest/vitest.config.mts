import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { name: 'example-nest', include: ['*.test.mts'], testTimeout: 30_000, hookTimeout: 60_000 },
});
