export { type CliConfig, defineConfig } from './config.ts';
export type { LintConfig } from './lint/config.ts';
