/** What an app says of `lint`. */
export interface LintConfig {
  [setting: string]: unknown;
}
