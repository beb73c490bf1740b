import type { AnyTRPCRouter, TRPCError } from '@trpc/server';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import type { Callable } from '../catalog/callable.ts';
import type { TaughtClass } from '../schema/codec.ts';
import type { Failure } from './error.ts';
import { formatError, type ShapeSource, toShape } from './shape.ts';

/** Describes a failed call for programs. It becomes the `_meta` of the result. */
export function errorMeta(
  { error, code, isInternal, issues, issueCount, ...failure }: Failure,
  tool: Callable,
  given: ShapeSource,
  { router, classes }: { router: AnyTRPCRouter; classes: readonly TaughtClass[] },
): Record<string, unknown> {
  // Asks by the code alone: some errors throw when they are read a second time.
  const httpStatus = getHTTPStatusCodeFromError({ code } as TRPCError);
  const meta = { code, httpStatus, path: tool.path };
  if (isInternal) return meta;
  const isOfArguments = issues !== undefined;
  const formatted = failure.formatted ?? formatError(router, tool, error, isOfArguments, given);
  const shape = formatted && toShape(formatted, isOfArguments, given, classes);
  return {
    ...meta,
    ...(issues && { issues }),
    ...(issues && issueCount > issues.length && { issueCount }),
    ...(shape !== undefined && { shape }),
  };
}
