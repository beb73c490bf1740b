import { TRPCError } from '@trpc/server';
import { isScope, missingScopes, scopesText } from '../auth/scope.ts';
import { isRecord } from '../record.ts';
import { SetupError } from '../setup-error.ts';
import { getMcpCall, isOwnInvocation } from './current-call.ts';

/** A middleware that needs to know the caller. Its type fits `.use()` of every procedure builder. */
export interface ScopeMiddleware {
  <TResult>(options: {
    ctx: object & { auth?: Scoped | null | undefined };
    getRawInput: unknown;
    next: () => Promise<TResult>;
  }): Promise<TResult>;
}

interface Scoped {
  scopes: readonly string[];
}

/**
 * Makes a middleware that lets only callers with all these scopes through, over tRPC and over MCP:
 * `t.procedure.use(requireScopes('notes:write'))`. Over tRPC the caller is `ctx.auth`, so let `createContext` return
 * `{ auth: await oauth.callerOf(req) }`. Over MCP it is what `auth.authenticate` returned, and `ctx.auth` as well if there
 * is one. Throws FORBIDDEN that names the scopes which are missing, and UNAUTHORIZED without a caller.
 */
export function requireScopes(...scopes: readonly string[]): ScopeMiddleware {
  const wrong = scopes.filter((scope) => !isScope(scope));
  if (wrong.length > 0) {
    const problems = wrong.map((scope) => ({
      code: 'SCOPE_INVALID' as const,
      path: 'requireScopes',
      message: `${JSON.stringify(scope)} is not a scope; a scope is printable ASCII without spaces, quotes and backslashes, and each is an argument of its own`,
    }));
    throw new SetupError(problems);
  }
  return async (options) => {
    const callers = callersOf(options);
    const [caller] = callers;
    if (!caller) {
      const needed = scopes.length > 0 ? ` with ${scopesText(scopes)}` : '';
      throw new TRPCError({ code: 'UNAUTHORIZED', message: `this needs a credential${needed}` });
    }
    const missing = scopes.filter((scope) => callers.some((each) => missingScopes(each, [scope]).length > 0));
    if (missing.length > 0) {
      throw new TRPCError({ code: 'FORBIDDEN', message: `this needs ${scopesText(missing)}` });
    }
    return options.next();
  };
}

/**
 * Returns everybody who has to hold the scopes. Over MCP that is the credential of the client, and the caller that the app
 * has put into the context as well, because either may be allowed less than the other. A caller nested inside a tool's
 * procedure has a context of its own, which decides alone, as it does over tRPC.
 */
function callersOf(invocation: { ctx: unknown; getRawInput: unknown }): Scoped[] {
  const client = getMcpCall()?.auth;
  const { ctx } = invocation;
  const own = isRecord(ctx) ? ctx['auth'] : undefined;
  if (!isScoped(own)) return client ? [client] : [];
  return client && isOwnInvocation(invocation) ? [own, client] : [own];
}

function isScoped(auth: unknown): auth is Scoped {
  return isRecord(auth) && Array.isArray(auth['scopes']);
}
