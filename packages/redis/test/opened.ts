import { randomUUID } from 'node:crypto';
import { expect, onTestFinished } from 'vitest';
import { redis, type RedisClient, RedisError, type Shared } from '../src/index.ts';

export const minute = 60_000;
export const newPrefix = (): string => `${randomUUID()}:`;

/** Opens the shared state until the end of the test. */
export function open(client: RedisClient, prefix: string, timeoutMs = 10_000): Shared & { errors: Error[] } {
  const errors: Error[] = [];
  const shared = redis({ client, prefix, timeoutMs, onError: (error) => errors.push(error) });
  onTestFinished(() => shared.close());
  return { ...shared, errors };
}

/** What an operation failed with. One that does not fail in time keeps its test waiting until that fails. */
export async function failureOf(operation: Promise<unknown>): Promise<RedisError> {
  const error: unknown = await operation.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(RedisError);
  return error as RedisError;
}
