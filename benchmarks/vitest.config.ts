import { defineConfig } from 'vitest/config';

// What makes figures and tables of what was measured. It needs none of what the benchmarks install.
export default defineConfig({ test: { name: 'benchmarks', include: ['src/**/*.test.ts'] } });
