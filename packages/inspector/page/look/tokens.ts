import type { Tool } from '@modelcontextprotocol/client';
import { estimateTokens } from '@trpc-mcp/core/clients';

/** Estimates how many tokens a model reads a tool as: its name, its description and its input schema. */
export function tokensOf({ name, description = '', inputSchema }: Tool): number {
  return estimateTokens(name + description + JSON.stringify(inputSchema));
}

/** Estimates how many tokens a model reads a list as. */
export function tokensOfAll(tools: readonly Tool[]): number {
  return tools.reduce((sum, tool) => sum + tokensOf(tool), 0);
}
