import type { CallToolResult } from '@modelcontextprotocol/server';
import type { AnyTRPCRouter } from '@trpc/server';
import type { TRPCRequestInfo } from '@trpc/server/http';
import type { Tool } from '../catalog/tool.ts';
import { type McpCall, runInCall, toRequestInfo } from './context.ts';
import { type AuthStatus, toFailure } from './error.ts';
import type { Report } from './failure.ts';
import { toToolResult } from './result.ts';

/** What the host of a call brings. */
export interface CallHost {
  url: URL;
  /** The user's own function, with the arguments that its host adapter gives it under tRPC. */
  createContext(extras: { info: TRPCRequestInfo; mcp: McpCall }): unknown;
}

export interface Outcome {
  result: CallToolResult;
  /** 401 and 403 want an HTTP status of their own. */
  status: AuthStatus;
  /** What `WWW-Authenticate` says beside a 401. */
  challenge?: string;
}

/** Calls a tool's procedure under the app's own middleware. Never throws: a failure is an outcome too. */
export async function callTool(
  router: AnyTRPCRouter,
  tool: Tool,
  args: unknown,
  call: McpCall,
  host: CallHost,
  report: Report,
): Promise<Outcome> {
  let ctx: unknown;
  try {
    const input = tool.input.decode(args);
    const value = await runInCall(call, async () => {
      ctx = await host.createContext({ info: toRequestInfo(tool, input, host.url, call.signal), mcp: call });
      const caller = router.createCaller(ctx, { signal: call.signal }) as Record<
        string,
        (input: unknown) => unknown
      >;
      // The dotted path as one key: a nested walk cannot reach a procedure that is named `call` or `apply`.
      return caller[tool.path]!(input);
    });
    return { result: await toToolResult(tool, value, call.era), status: 200 };
  } catch (thrown) {
    const { error, reference, isMasked, text, status, challenge } = toFailure(thrown, tool, args);
    report({ error, reference, tool: tool.name, path: tool.path, ctx }, { isMasked });
    const result: CallToolResult = { content: [{ type: 'text', text }], isError: true };
    return { result, status, ...(challenge && { challenge }) };
  }
}
