import type { AnyTRPCRouter } from '@trpc/server';
import type { McpAuthInfo } from '@trpc-mcp/core';
import type { CallerContext, MadeCallerContext } from '@trpc-mcp/core/caller';

/** Who says something: the context of their calls, as `createToolCaller` takes it. */
export interface EvalPerson<TRouter extends AnyTRPCRouter = AnyTRPCRouter> {
  /** The context of this person's calls, or a function that makes it for each call. */
  ctx?: CallerContext<TRouter>['ctx'];
  /** The app's own `createContext`, in place of `ctx`. It gets `authInfo` as `mcp.auth`. */
  createContext?: MadeCallerContext<TRouter>['createContext'];
  /** Who calls, as `auth` would find out: `{ subject: user.id, scopes }`. */
  authInfo?: Partial<McpAuthInfo>;
}
