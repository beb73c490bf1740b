import type { TRPCDefaultErrorShape, TRPCError } from '@trpc/server';

import { AppError } from './error.ts';

/** What the front end is told of an error: the app's own code and message where it threw one of its own. */
export function formatError({ shape, error }: { shape: TRPCDefaultErrorShape; error: TRPCError }) {
  const { cause } = error;
  if (!(cause instanceof AppError)) {
    return { ...shape, data: { ...shape.data, appCode: null, issues: issuesOf(cause) } };
  }
  const { message, code, httpStatus, details } = cause;
  return { ...shape, message, data: { ...shape.data, httpStatus, appCode: code, details, issues: null } };
}

/** The issues of either zod. */
function issuesOf(cause: unknown): { code: string; path: unknown[] }[] | null {
  const issues = (cause as { issues?: unknown } | undefined)?.issues;
  return Array.isArray(issues) ? (issues as { code: string; path: unknown[] }[]) : null;
}
