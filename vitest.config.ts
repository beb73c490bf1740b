import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { projects: ['packages/*', 'packages/core/vitest.sdk.config.ts', 'apps/*', 'examples/*'] },
});
