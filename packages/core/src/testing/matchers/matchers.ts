import type { CallToolResult } from '@modelcontextprotocol/server';
import type { TRPCError } from '@trpc/server';
import { McpToolError, toToolError, type ToolError } from '../client/tool-result.ts';

/** What a matcher returns to vitest or jest. */
export interface MatcherVerdict {
  pass: boolean;
  message: () => string;
}

/** The matchers as a test calls them. */
export interface McpMatchers<TReturn = void> {
  /**
   * Expects that a tool failed, optionally with this tRPC code and a message that contains or matches this. It
   * accepts results of `client.call`, errors of `client.unwrap.call`, and tool results of the official clients.
   */
  toBeToolError(code?: TRPCError['code'], message?: string | RegExp): TReturn;
}

/**
 * Matchers for `expect.extend(mcpMatchers)`, in vitest and in jest. Importing `@trpc-mcp/core/testing/vitest` or
 * `@trpc-mcp/core/testing/jest` does that, and adds the types.
 */
export const mcpMatchers = {
  toBeToolError(received: unknown, code?: TRPCError['code'], message?: string | RegExp): MatcherVerdict {
    const error = errorOf(received);
    const isMatch =
      error !== undefined && (code === undefined || error.code === code) && says(error, message);
    const expected = [
      code ?? 'a tool error',
      ...(message === undefined ? [] : [`that says ${show(message)}`]),
    ];
    return {
      pass: isMatch,
      message: () =>
        isMatch
          ? `expected anything but ${expected.join(' ')}, and got it:\n\n${error.message}`
          : `expected ${expected.join(' ')}, and got ${describe(received, error)}`,
    };
  },
};

function errorOf(received: unknown): ToolError | undefined {
  if (received instanceof McpToolError) return received.error;
  if (typeof received !== 'object' || received === null) return undefined;
  const { ok, error, isError } = received as { ok?: boolean; error?: ToolError; isError?: boolean };
  if (ok === false) return error;
  return isError ? toToolError(received as CallToolResult) : undefined;
}

function says({ message }: ToolError, expected: string | RegExp | undefined): boolean {
  if (expected === undefined) return true;
  return typeof expected === 'string' ? message.includes(expected) : expected.test(message);
}

function show(expected: string | RegExp): string {
  return typeof expected === 'string' ? JSON.stringify(expected) : String(expected);
}

function describe(received: unknown, error: ToolError | undefined): string {
  if (error) return `${error.code ?? 'a tool error without a code'}:\n\n${error.message}`;
  if (received instanceof Promise) return 'a promise; await the call';
  if (received instanceof Error) return `${received.name}: ${received.message}`;
  const { ok, isError, json, structuredContent } = (received ?? {}) as Record<string, unknown>;
  if (ok === true || isError === false || structuredContent !== undefined) {
    return `a tool that succeeded:\n\n${JSON.stringify(json ?? structuredContent, undefined, 2)}`;
  }
  return `what is no result of a tool: ${String(received)}`;
}
