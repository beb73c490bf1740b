import { getMcpCall } from '@trpc-mcp/core';

export const log: { user: string; action: string; via: string }[] = [];

export function audit(user: string, action: string): void {
  const call = getMcpCall(); // undefined, unless a tool call runs
  log.push({ user, action, via: call ? `mcp:${call.tool.name}` : 'web' });
}
