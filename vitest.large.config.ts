import { defineConfig } from 'vitest/config';

/** What is large to install, slow to build or long to run, and so not for everybody who runs the tests. */
export default defineConfig({
  test: {
    maxWorkers: '100%',
    projects: [
      'packages/core/vitest.large.config.ts',
      'packages/core/vitest.sdk.config.ts',
      'apps/demo/vitest.large.config.ts',
      // They build and start whole servers and processes: one after another, so that each has the machine for itself.
      ...[
        ['packages/cli', 'vitest.large.config.ts'] as const,
        ['packages/inspector', 'vitest.large.config.ts'] as const,
        ['packages/oauth', 'vitest.large.config.ts'] as const,
        ['examples/oauth', 'vitest.large.config.ts'] as const,
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
      ].map(([root, file], index) => ({
        extends: `./${root}/${file}`,
        root,
        test: { fileParallelism: false, sequence: { groupOrder: index + 1 } },
      })),
    ],
  },
});
