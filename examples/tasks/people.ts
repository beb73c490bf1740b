import type { McpAuthInfo } from '@trpc-mcp/core';

const people: Record<string, string> = { 'token-of-ada': 'ada', 'token-of-ben': 'ben' };

/** Finds out who sent a request. `subject` is who the tasks belong to. */
export function authenticate({ headers }: Request): McpAuthInfo | undefined {
  const token = headers.get('authorization')?.replace(/^Bearer /, '') ?? '';
  const subject = Object.hasOwn(people, token) ? people[token] : undefined;
  return subject === undefined ? undefined : { token, clientId: 'api-token', scopes: [], subject };
}

/** Whether somebody still has an account. A worker asks when a task starts, which may be long after the call. */
export function isActive(subject: string): boolean {
  return Object.values(people).includes(subject);
}
