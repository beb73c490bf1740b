import { TRPCError } from '@trpc/server';
import { AppError, type AppErrorCode } from './error.ts';

const codes: Record<AppErrorCode, TRPCError['code']> = {
  not_found: 'NOT_FOUND',
  not_allowed: 'FORBIDDEN',
  wrong_state: 'CONFLICT',
  limit_reached: 'PAYMENT_REQUIRED',
  provider_failed: 'BAD_GATEWAY',
};

/** What the app's own errors mean to MCP clients. */
export function toError(error: unknown): TRPCError | undefined {
  if (!(error instanceof AppError)) return undefined;
  return new TRPCError({ code: codes[error.code], message: error.message, cause: error });
}
