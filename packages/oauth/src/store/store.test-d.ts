import type { PGlite } from '@electric-sql/pglite';
import { redisOAuthStore, type RedisOAuthStore, type RedisOAuthStoreOptions } from '@trpc-mcp/redis';
import type { Redis } from 'ioredis';
import type { Pool, PoolClient } from 'pg';
import { expectTypeOf, test } from 'vitest';
import {
  memoryOAuthStore,
  type MemoryOAuthStoreOptions,
  type OAuthServerOptions,
  type OAuthStore,
  type PostgresDatabase,
  postgresOAuthSchema,
  postgresOAuthStore,
  type PostgresOAuthStoreOptions,
} from '../index.ts';

declare const pool: Pool;
declare const pglite: PGlite;
declare const redis: Redis;

test('each store can be the store of the server', () => {
  expectTypeOf(memoryOAuthStore()).toEqualTypeOf<OAuthStore>();
  expectTypeOf(postgresOAuthStore(pool)).toEqualTypeOf<OAuthStore>();
  expectTypeOf(redisOAuthStore(redis)).toExtend<OAuthStore>();
  expectTypeOf<RedisOAuthStore>().toExtend<NonNullable<OAuthServerOptions<object>['store']>>();
  expectTypeOf<RedisOAuthStore['close']>().toEqualTypeOf<() => Promise<void>>();
  expectTypeOf<OAuthStore>().not.toBeAny();
  expectTypeOf<RedisOAuthStore>().not.toBeAny();
});

test('the store on PostgreSQL takes what runs queries', () => {
  expectTypeOf<Pool>().toExtend<PostgresDatabase>();
  expectTypeOf<PoolClient>().toExtend<PostgresDatabase>();
  expectTypeOf(pglite).toExtend<PostgresDatabase>();
  postgresOAuthStore(pglite, { table: 'auth.records' });
  // @ts-expect-error an address is no database
  postgresOAuthStore('postgres://localhost');
  // @ts-expect-error the option is called table
  postgresOAuthStore(pool, { tableName: 'records' });
  expectTypeOf(postgresOAuthSchema).toEqualTypeOf<(table?: string) => string>();
  expectTypeOf<PostgresDatabase>().not.toBeAny();
  expectTypeOf<PostgresOAuthStoreOptions>().toEqualTypeOf<{ table?: string }>();
});

test('the other stores take their options', () => {
  memoryOAuthStore({ maxRecords: 10 });
  // @ts-expect-error the option is called maxRecords
  memoryOAuthStore({ max: 10 });
  redisOAuthStore(redis, { prefix: 'acme:', timeoutMs: 500, onError: () => {} });
  // @ts-expect-error the client is not an option
  redisOAuthStore({ client: redis });
  expectTypeOf<MemoryOAuthStoreOptions>().toEqualTypeOf<{ maxRecords?: number }>();
  expectTypeOf<RedisOAuthStoreOptions>().not.toBeAny();
});
