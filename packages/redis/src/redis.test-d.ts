import { initTRPC } from '@trpc/server';
import type { HandlerOptions, McpMeta, Store } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/node';
import { Cluster, Redis } from 'ioredis';
import { Cluster as Cluster5, Redis as Redis5 } from 'ioredis5';
import { createClient, createCluster, createSentinel } from 'redis';
import { createClient as createClient4, createCluster as createCluster4 } from 'redis4';
import {
  createClient as createClient5,
  createCluster as createCluster5,
  createSentinel as createSentinel5,
} from 'redis5';
import { expectTypeOf, test } from 'vitest';
import {
  redis,
  type RedisClient,
  type RedisOAuthStore,
  redisOAuthStore,
  type RedisOAuthStoreOptions,
  type RedisOptions,
  type Shared,
} from './index.ts';

test('redis takes the clients of every version that is supported', () => {
  expectTypeOf(redis).toBeCallableWith({ client: new Redis() });
  expectTypeOf(redis).toBeCallableWith({ client: new Redis5() });
  expectTypeOf(redis).toBeCallableWith({ client: createClient() });
  expectTypeOf(redis).toBeCallableWith({ client: createClient({ RESP: 2 }) });
  expectTypeOf(redis).toBeCallableWith({ client: createClient5() });
  expectTypeOf(redis).toBeCallableWith({ client: createClient4() });
  // @ts-expect-error a URL is no client
  expectTypeOf(redis).toBeCallableWith({ client: 'redis://localhost' });
  // @ts-expect-error there is nothing to connect to
  expectTypeOf(redis).toBeCallableWith({});
  expectTypeOf<RedisOptions>().not.toBeAny();
});

test('what redis returns is spread into the options of a handler', () => {
  const t = initTRPC.context<{ user: string }>().meta<McpMeta>().create();
  const router = t.router({});
  const shared = redis({ client: new Redis() });
  mcpHandler(router, { createContext: () => ({ user: 'ann' }), secret: '', ...shared });
  // @ts-expect-error what it brings is no context
  mcpHandler(router, { ...shared });
  expectTypeOf(shared).toEqualTypeOf<Shared>();
  expectTypeOf(shared.store).toEqualTypeOf<Store>();
  expectTypeOf(shared.bus).toEqualTypeOf<NonNullable<HandlerOptions['bus']>>();
  expectTypeOf(shared.close).toEqualTypeOf<() => Promise<void>>();
  expectTypeOf<Shared>().not.toBeAny();
});

test('redisOAuthStore takes the clients of every version that is supported', () => {
  expectTypeOf(redisOAuthStore).toBeCallableWith(new Redis());
  expectTypeOf(redisOAuthStore).toBeCallableWith(new Redis5());
  expectTypeOf(redisOAuthStore).toBeCallableWith(createClient());
  expectTypeOf(redisOAuthStore).toBeCallableWith(createClient({ RESP: 2 }));
  expectTypeOf(redisOAuthStore).toBeCallableWith(createClient5());
  expectTypeOf(redisOAuthStore).toBeCallableWith(createClient4());
  // @ts-expect-error a URL is no client
  expectTypeOf(redisOAuthStore).toBeCallableWith('redis://localhost');
  // @ts-expect-error there is nothing to connect to
  expectTypeOf(redisOAuthStore).toBeCallableWith({});
  const client = new Redis();
  const store = redisOAuthStore(client, { prefix: 'acme:oauth:' });
  expectTypeOf(store).toEqualTypeOf<RedisOAuthStore>();
  expectTypeOf<RedisOAuthStoreOptions>().not.toBeAny();
});

test('clients of clusters and sentinels are taken too', () => {
  const sentinel = { name: 'main', sentinelRootNodes: [] };
  for (const client of [
    new Cluster([]),
    new Cluster([], { redisOptions: { replyMapping: 'resp3' } }),
    new Redis.Cluster([]),
    new Redis({ name: 'main', sentinels: [] }),
    new Cluster5([]),
    createCluster({ rootNodes: [] }),
    createCluster({ rootNodes: [], RESP: 2 }),
    createCluster5({ rootNodes: [] }),
    createCluster4({ rootNodes: [] }),
    createSentinel(sentinel),
    createSentinel5(sentinel),
  ]) {
    expectTypeOf(redis).toBeCallableWith({ client });
    expectTypeOf(redisOAuthStore).toBeCallableWith(client);
  }
  expectTypeOf<RedisClient>().not.toBeAny();
  // @ts-expect-error a list of nodes is no client
  expectTypeOf(redis).toBeCallableWith({ client: [{ host: 'localhost', port: 6379 }] });
});
