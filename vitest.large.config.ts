import { defineConfig } from 'vitest/config';

/** What is large to install, slow to build or long to run, and so not for everybody who runs the tests. */
export default defineConfig({
  test: {
    maxWorkers: '100%',
    projects: [
      'packages/core/vitest.large.config.ts',
      'packages/core/vitest.sdk.config.ts',
      'apps/demo/vitest.large.config.ts',
      // They start whole servers, browsers and processes: one after another, so that each has the machine for itself.
      ...['packages/cli', 'packages/inspector', 'packages/oauth', 'packages/redis', 'examples/oauth'].map(
        (root, index) => ({
          extends: `./${root}/vitest.large.config.ts`,
          root,
          test: { fileParallelism: false, sequence: { groupOrder: index + 1 } },
        }),
      ),
      // They install and build most of the time, which leaves a processor to another one of them.
      ...[
        ['examples/start', 'vitest.large.config.ts'] as const,
        ['examples/testing', 'vitest.large.config.ts'] as const,
        ...[
          'apps/clients',
          'apps/docs',
          'apps/runtimes',
          'examples/create-t3',
          'examples/next',
          'examples/workers',
        ].map((root) => [root, 'vitest.config.ts'] as const),
      ].map(([root, file]) => ({
        extends: `./${root}/${file}`,
        root,
        test: { maxWorkers: 2, sequence: { groupOrder: 6 } },
      })),
    ],
  },
});
