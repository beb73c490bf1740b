import { initTRPC } from '@trpc/server';
import type { Callable } from '../catalog/callable.ts';
import type { CallRequest } from './active-call.ts';
import { type CallHost, callItem, type CallParts } from './call.ts';
import { FinalError } from './final-error.ts';
import type { FailureOutcome } from './outcome.ts';

/** How the rehearsal of a query ended: the resolver would have run, the call failed before it, or it is hidden. */
export type Rehearsal = { kind: 'passed' } | { kind: 'hidden' } | FailureOutcome;

/**
 * Does everything that a call of a query would do up to the resolver, with the same input, and stops there. It takes no points of a
 * rate limit and asks no questions. Never rejects.
 */
export async function rehearse(
  parts: CallParts,
  item: Callable,
  args: unknown,
  request: CallRequest,
  host: CallHost,
): Promise<Rehearsal> {
  let hasPassed = false;
  const rehearsed: CallParts = {
    ...parts,
    rateLimit: undefined,
    // No procedure runs.
    onCall: undefined,
    timeoutMs: parts.timeoutMs ?? parts.hookTimeoutMs,
    // What ends a rehearsal is no failure.
    report: (failure, options) => {
      if (failure.error instanceof ResolverReached) hasPassed = true;
      else parts.report(failure, options);
    },
    spans: { run: (_describe, work) => work() },
  };
  const outcome = await callItem(
    rehearsed,
    withoutResolver(item),
    args,
    { ...request, canAsk: false },
    host,
    () => ({ kind: 'result', result: {} }),
  );
  if (hasPassed) return { kind: 'passed' };
  if (!outcome) return { kind: 'hidden' };
  // Middleware may return a result of its own, such as one from a cache. What cannot ask has no open questions.
  return outcome.kind === 'failure' ? outcome : { kind: 'passed' };
}

/** Ends a rehearsal. An error, so that middleware does not commit a transaction, or cache what was returned. */
class ResolverReached extends FinalError {
  constructor() {
    super({
      code: 'CLIENT_CLOSED_REQUEST',
      message: 'this checks only whether the call would be permitted; the procedure is not called',
    });
  }
}

const t = initTRPC.context<object>().meta<object>().create({ allowOutsideOfServer: true });

const made = new WeakMap<Callable, Callable>();

/** The item with the same middlewares on a procedure that has another resolver. */
function withoutResolver(item: Callable): Callable {
  let copy = made.get(item);
  if (!copy) made.set(item, (copy = { ...item, procedure: toGuarded(item), rateLimit: undefined }));
  return copy;
}

function toGuarded({ guards }: Callable): Callable['procedure'] {
  let builder = t.procedure.meta(guards.meta as object);
  // Cast: these functions are what `.use()` takes, and what they add to the context is no matter here.
  for (const middleware of guards.beforeResolver) builder = builder.use(middleware as never);
  const resolve = (): never => {
    throw new ResolverReached();
  };
  return builder.query(resolve);
}
