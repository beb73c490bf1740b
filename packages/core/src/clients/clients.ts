export { estimateTokens } from '../tokens.ts';
export type {
  Client,
  ClientServer,
  ClientTool,
  Fact,
  Found,
  Known,
  Listing,
  Rule,
  Severity,
} from './finding.ts';
export {
  type LintFinding,
  type LintFound,
  type LintListing,
  type LintOptions,
  type LintRule,
  lintRules,
  type LintSetting,
  lintTools,
} from './lint/lint.ts';
export { checkTools, type ClientName, clientNames, clients, type Finding } from './profiles.ts';
