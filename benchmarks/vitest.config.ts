import { defineConfig } from 'vitest/config';

// What makes figures and tables of what was measured. It needs none of what the benchmarks install.
export default defineConfig({
  test: { testTimeout: 30_000, hookTimeout: 60_000, name: 'benchmarks', include: ['src/**/*.test.ts'] },
});
