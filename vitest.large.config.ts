import { defineConfig } from 'vitest/config';

/** What is large to install, slow to build or long to run, and so not for everybody who runs the tests. */
export default defineConfig({
  test: {
    // Most of them wait for a browser, another process or an installation: a worker for every core.
    maxWorkers: '100%',
    projects: [
      'packages/core/vitest.large.config.ts',
      'packages/core/vitest.sdk.config.ts',
      ...[
        'packages/cli',
        'packages/inspector',
        'packages/oauth',
        'packages/redis',
        'apps/demo',
        'examples/oauth',
        'examples/start',
        'examples/testing',
      ].map((root) => ({
        extends: `./${root}/vitest.large.config.ts`,
        root,
        // What they start from outside, such as a browser or an installation, can fail by itself.
        test: { retry: 1 },
      })),
      ...[
        'apps/clients',
        'apps/docs',
        'apps/runtimes',
        'examples/create-t3',
        'examples/next',
        'examples/workers',
      ].map((root) => ({ extends: `./${root}/vitest.config.ts`, root })),
    ],
  },
});
