import type { CodeAnswer } from '@trpc-mcp/core';

type FailureCode = Extract<CodeAnswer, { kind: 'failure' }>['code'];

/** Every code of tRPC 11. */
const codes: Record<FailureCode, true> = {
  PARSE_ERROR: true,
  BAD_REQUEST: true,
  INTERNAL_SERVER_ERROR: true,
  NOT_IMPLEMENTED: true,
  BAD_GATEWAY: true,
  SERVICE_UNAVAILABLE: true,
  GATEWAY_TIMEOUT: true,
  UNAUTHORIZED: true,
  PAYMENT_REQUIRED: true,
  FORBIDDEN: true,
  NOT_FOUND: true,
  METHOD_NOT_SUPPORTED: true,
  TIMEOUT: true,
  CONFLICT: true,
  PRECONDITION_FAILED: true,
  PAYLOAD_TOO_LARGE: true,
  UNSUPPORTED_MEDIA_TYPE: true,
  UNPROCESSABLE_CONTENT: true,
  PRECONDITION_REQUIRED: true,
  TOO_MANY_REQUESTS: true,
  CLIENT_CLOSED_REQUEST: true,
};

/** The code that a refused call gave its error. */
export function codeOf(given: string): FailureCode | undefined {
  return Object.hasOwn(codes, given) ? (given as FailureCode) : undefined;
}

/** What a model that writes for Node or a browser may expect, and does not get. */
const absent =
  /^(fetch|require|process|Buffer|setTimeout|setInterval|setImmediate|XMLHttpRequest|WebSocket|window|document|localStorage|crypto|performance|URL|URLSearchParams|TextEncoder|TextDecoder|structuredClone|Intl|module|exports|Deno|Bun|fs) is not defined/;

/** Says what else the code may have meant. */
export function adviceFor(name: string, message: string, code: string): string {
  if (name === 'SyntaxError') {
    if (/^[ \t]*(?:import|export)\s/m.test(code))
      return '. There are no modules: `api` and `console` are there already.';
    return looksTyped(code) ? '. Write JavaScript, without types.' : '';
  }
  if (/could not load module/.test(message)) return '. There are no modules: use `api`.';
  const [, missing] = absent.exec(message) ?? [];
  if (missing !== undefined)
    return '. The code runs in a sandbox: it has the language, `api` and `console`, and no network, files or timers.';
  return '';
}

/**
 * Whether code has annotations of TypeScript. Code may be anything, so no part of a pattern may begin in many places and reach far
 * from each: lines begin with blanks alone, and what two parts could share has a bound.
 */
function looksTyped(code: string): boolean {
  return (
    /\b(?:const|let|var)\s+[\w$]+\s*:/.test(code) ||
    /[(,]\s*[\w$]+\??\s*:\s*[A-Za-z_$][\w$<>[\], |]{0,100}[,)=]/.test(code) ||
    /^[ \t]*(?:interface|type|enum|declare)\s+[\w$]+/m.test(code) ||
    /\bas\s+(?:const|any|unknown|string|number|[A-Z][\w$]*)\b/.test(code) ||
    /\w<[\w[\], ]+>\(/.test(code) ||
    /\)\s*:\s*[A-Z][\w$]*</.test(code)
  );
}
