export {
  type AccessAnswer,
  type AccessInputs,
  type AccessOptions,
  type AccessReport,
  compareAccess,
} from './access/access.ts';
export { type CallArguments, createMcpTestClient, type McpTestClient } from './client/client.ts';
export {
  type CallOptions,
  type CallProgress,
  type FixedContext,
  type MadeContext,
  type McpTestClientArguments,
  type McpTestClientOptions,
} from './client/client-options.ts';
export { type SuitLimits } from './contract/client-suit.ts';
export { type CatalogExpectation, type ContractOptions, expectCatalog } from './contract/contract.ts';
export { type Collected, type Drained } from '../caller/drained.ts';
export { type Json, type WireAttachment } from '../caller/json.ts';
export { type MatcherVerdict, type McpMatchers, mcpMatchers } from './matchers/matchers.ts';
export { type InputAt, type OutputAt, type ToolPath } from '../caller/path.ts';
export {
  McpToolError,
  type ToolError,
  type ToolFailure,
  type ToolResult,
  type ToolSuccess,
} from './client/tool-result.ts';
export { type CatalogChoice } from './read-catalog.ts';
export { type ClientName } from '../clients/clients.ts';
export { type WireIssue } from '../schema/wire-error.ts';
export { type Verdict } from './access/verdict.ts';
