export {
  type AccessAnswer,
  type AccessInputs,
  type AccessOptions,
  type AccessReport,
  compareAccess,
} from './access.ts';
export { type CallArguments, createMcpTestClient, type McpTestClient } from './client.ts';
export {
  type CallOptions,
  type CallProgress,
  type FixedContext,
  type MadeContext,
  type McpTestClientArguments,
  type McpTestClientOptions,
} from './client-options.ts';
export { type CatalogExpectation, type ContractOptions, expectCatalog } from './contract.ts';
export { type Collected, type Drained } from './drained.ts';
export { type Json, type WireAttachment } from './json.ts';
export { type McpMatchers, mcpMatchers } from './matchers.ts';
export { type InputAt, type OutputAt, type ToolPath } from './path.ts';
export {
  McpToolError,
  type ToolError,
  type ToolFailure,
  type ToolResult,
  type ToolSuccess,
} from './tool-result.ts';
export { type Verdict } from './verdict.ts';
