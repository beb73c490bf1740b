import { defineConfig } from 'vitest/config';

/** What is large to install or slow to build, and so not for everybody who runs the tests. */
export default defineConfig({
  test: {
    projects: ['apps/clients', 'apps/runtimes', 'examples/next', 'examples/workers'],
    // They build and start whole servers: one after another, so that each has the machine for itself.
    fileParallelism: false,
  },
});
