import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Most tests wait for a socket or a database: a worker for every core.
  test: {
    maxWorkers: '100%',
    projects: [
      'packages/*',
      'packages/core/vitest.alone.config.ts',
      'apps/*',
      'examples/*',
      '!examples/README.md',
      'benchmarks',
      // In vitest.large.config.ts.
      '!apps/{clients,docs,runtimes}',
      '!examples/{create-t3,next,workers}',
    ],
  },
});
