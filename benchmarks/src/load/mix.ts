import { isDeepStrictEqual } from 'node:util';
import { expectedOf } from './check.ts';
import { type Ask, toBytes, toHttp } from './request.ts';
import type { Protocol } from '../target.ts';

/** One kind of request of a mixed load. */
export interface Kind {
  bytes: Buffer;
  /** How often it comes, among the others. */
  weight: number;
  isRight(status: number, message: Message): boolean;
}

interface Message {
  result?: { isError?: boolean; structuredContent?: unknown; tools?: unknown[]; supportedVersions?: unknown };
  error?: { code: number };
}

/** What agents do, and what they get wrong: small and large calls, slow ones, failures, lists, both eras. */
export function createMix(): Kind[] {
  const protocols: Protocol[] = ['2026-07-28', '2025-11-25'];
  return protocols.flatMap((protocol): Kind[] => {
    const kind = (ask: Ask, weight: number, isRight: Kind['isRight']): Kind => ({
      bytes: toBytes(toHttp(protocol, ask), 'keep-alive'),
      weight: protocol === '2026-07-28' ? weight : weight / 2,
      isRight,
    });
    const right = (procedure: string, input: unknown, weight: number) => {
      const expected = expectedOf(procedure, input);
      return kind({ procedure, input }, weight, (status, { result }) => {
        return status === 200 && !result?.isError && isDeepStrictEqual(result?.structuredContent, expected);
      });
    };
    return [
      right('hello', { name: 'Ada' }, 10),
      right('rows', { count: 100 }, 3),
      right('rows', { count: 1000 }, 0.3),
      kind({ procedure: 'wait' }, 3, (status, { result }) => status === 200 && !result?.isError),
      kind({ procedure: 'fail' }, 1, (status, { result }) => status === 200 && result?.isError === true),
      kind({ procedure: 'hello', input: { name: 7 } }, 1, (_, { result }) => result?.isError === true),
      kind({ procedure: 'nobody' }, 0.5, (_, { error }) => error?.code === -32_602),
      kind(
        { method: 'tools/list' },
        1,
        (status, { result }) => status === 200 && result?.tools?.length === 5,
      ),
      protocol === '2026-07-28'
        ? kind({ method: 'server/discover' }, 1, (status, { result }) => status === 200 && !!result)
        : kind({ method: 'initialize' }, 1, (status, { result }) => status === 200 && !!result),
    ];
  });
}

/** One of them, by weight. */
export function pick(mix: readonly Kind[]): Kind {
  let left = Math.random() * mix.reduce((sum, { weight }) => sum + weight, 0);
  return mix.find(({ weight }) => (left -= weight) < 0) ?? mix[0]!;
}
