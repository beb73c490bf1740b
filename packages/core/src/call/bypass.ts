import { experimental_trpcMiddleware as createMiddleware } from '@trpc/server';
import { type BypassKind, markBypassable } from '../catalog/bypassable.ts';
import { isBypassed } from './current-call.ts';

/** A middleware as `.use()` takes it: a function, or what `t.middleware()` returns. */
export type Middleware = MiddlewareFunction | { _middlewares: readonly MiddlewareFunction[] };

// `any`: the type must accept a middleware over any context.
type MiddlewareFunction = (options: any) => Promise<any>;

/**
 * Marks a middleware that an MCP endpoint with `bypass` may skip because the endpoint has its own `auth`. If it is
 * skipped, `replacement` runs instead and adds the context that later middleware expects, for example from
 * `getMcpCall().auth`. Everywhere else, such as over tRPC, the middleware runs as if it were not marked.
 */
export function bypassable<TMiddleware extends Middleware>(
  kind: BypassKind,
  middleware: TMiddleware,
  replacement?: NoInfer<TMiddleware>,
): TMiddleware {
  const originals = functionsOf(middleware);
  const instead = replacement ? functionsOf(replacement) : [];
  const marked = Array.from({ length: Math.max(originals.length, instead.length) }, (_, index) => {
    const original = originals[index] ?? passThrough;
    const substitute = instead[index] ?? passThrough;
    const either: MiddlewareFunction = (options) =>
      isBypassed(kind, options) ? substitute(options) : original(options);
    return markBypassable(either, kind);
  });
  const [first = passThrough, ...rest] = marked;
  if (typeof middleware === 'function' && rest.length === 0) return first as TMiddleware;
  // Returns a builder for a builder. Cast: its functions add the same context as those that came in.
  return rest.reduce((builder, run) => builder.unstable_pipe(run), createMiddleware().create(first)) as never;
}

function functionsOf(middleware: Middleware): readonly MiddlewareFunction[] {
  return typeof middleware === 'function' ? [middleware] : middleware._middlewares;
}

const passThrough: MiddlewareFunction = ({ next }) => next();
