import { expectResult } from '../load/check.ts';
import { type Extra, toHttp } from '../load/request.ts';
import type { Running } from '../run/child.ts';
import { type Side, toSide } from '../run/generator.ts';
import type { Protocol } from '../target.ts';

/** A small app. Other libraries do more work for each request in a larger one. */
export const fewTools: number = 10;

export const hello = { procedure: 'hello', input: { name: 'Ada' } } as const;

export function rows(count: number) {
  return { procedure: 'rows', input: { count } };
}

/** Calls of a procedure by clients that all send the same. */
export function callSide(
  server: Running,
  ask: { procedure: string; input: unknown } = hello,
  { protocol = server.target.protocol, ...extra }: Extra & { protocol?: Protocol } = {},
): Side {
  return toSide(server, toHttp(protocol, ask, extra), (body) => expectResult(body, protocol, ask));
}
