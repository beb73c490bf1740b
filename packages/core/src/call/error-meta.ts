import type { TRPCError } from '@trpc/server';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import type { Callable } from '../catalog/callable.ts';
import type { Failure } from './error.ts';
import { type ShapeParts, type ShapeSource, toShape } from './shape.ts';

/** Describes a failed call for programs. It becomes the `_meta` of the result. */
export function errorMeta(
  { error, code, isMasked, issues, issueCount }: Failure,
  tool: Callable,
  given: ShapeSource,
  parts: ShapeParts,
): Record<string, unknown> {
  // Asks by the code alone: some errors throw when they are read a second time.
  const httpStatus = getHTTPStatusCodeFromError({ code } as TRPCError);
  const meta = { code, httpStatus, path: tool.path };
  if (isMasked) return meta;
  const shape = toShape(tool, error, issues !== undefined, given, parts);
  return {
    ...meta,
    ...(issues && { issues }),
    ...(issues && issueCount > issues.length && { issueCount }),
    ...(shape !== undefined && { shape }),
  };
}
