import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { name: 'example-create-t3', include: ['test/*.test.ts'], testTimeout: 30_000, hookTimeout: 150_000 },
});
