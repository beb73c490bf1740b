import type { TRPCError } from '@trpc/server';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import type { FailureOutcome } from '../../call/outcome.ts';

/** The outcome of a call of a tool that runs code, where the words are those of this package or of the code mode. */
export function toCodeFailure(code: TRPCError['code'], words: string): FailureOutcome {
  const httpStatus = getHTTPStatusCodeFromError({ code } as TRPCError);
  return { kind: 'failure', code, text: `${code}: ${words}`, meta: { code, httpStatus }, status: 200 };
}

/** The words of a failure, without its code. */
export function wordsOf({ code, text }: FailureOutcome): string {
  return text.startsWith(`${code}: `) ? text.slice(code.length + 2) : text;
}
