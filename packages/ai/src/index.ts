export {
  type AiTool,
  type AiToolOptions,
  aiTools,
  type AiTools,
  type AiToolsOptions,
  type ToolApprovalAsked,
} from './ai-sdk/tools.ts';
export type { ModelOutput, ToolContent } from './ai-sdk/output.ts';
export type { CallsOptions } from './calls.ts';
export { aiInstructions } from './instructions.ts';
export type { CodeToolName, Discovery, ListedName, SearchToolName } from './names.ts';
export type { ToolProgress } from './progress.ts';
export { ToolRefusal } from './refusal.ts';
