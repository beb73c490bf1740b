import { PGlite } from '@electric-sql/pglite';
import { type RedisOAuthStore, redisOAuthStore } from '@trpc-mcp/redis';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe } from 'vitest';
import { clusterClients, type OwnCluster, startCluster } from '../../redis/test/own-cluster.ts';
import { describeOwnServers } from '../../redis/test/own-server.ts';
import { openPrefix } from '../../redis/test/server.ts';
import { memoryOAuthStore, postgresOAuthStore } from '../src/index.ts';
import { openSchema } from './postgres.ts';
import { describeStore } from './store-contract.ts';

const databaseUrl = process.env['DATABASE_URL'] ?? '';
const redisUrl = process.env['REDIS_URL'] ?? '';

describeStore('memory', async () => {
  const store = memoryOAuthStore();
  return { one: store, other: store, async [Symbol.asyncDispose]() {} };
});

describe('embedded', () => {
  // It takes long to start, so each test has a table of its own, and not a database.
  let database: PGlite;
  let tables = 0;
  beforeAll(async () => {
    database = await PGlite.create();
  });
  afterAll(() => database.close());

  describeStore('PGlite', async () => {
    const openStore = () => postgresOAuthStore(database, { table: `table_${tables}` });
    tables++;
    return { one: openStore(), other: openStore(), async [Symbol.asyncDispose]() {} };
  });
});

describe.skipIf(!databaseUrl)('with DATABASE_URL', () => {
  describeStore('PostgreSQL', async () => {
    const schema = await openSchema(databaseUrl);
    const openStore = () => postgresOAuthStore(schema.openPool(), { table: schema.table });
    return {
      one: openStore(),
      other: openStore(),
      [Symbol.asyncDispose]: () => schema[Symbol.asyncDispose](),
    };
  });
});

describe.skipIf(!redisUrl)('with REDIS_URL', () => {
  describeStore('Redis', async () => {
    const keys = openPrefix();
    const openStore = () =>
      redisOAuthStore(new Redis(redisUrl, { lazyConnect: true }), { prefix: keys.prefix });
    const [one, other] = [openStore(), openStore()];
    return {
      one,
      other,
      async [Symbol.asyncDispose]() {
        await Promise.all([one.close(), other.close()]);
        await keys[Symbol.asyncDispose]();
      },
    };
  });
});

describeOwnServers('with a cluster of its own', () => {
  let cluster: OwnCluster;
  let prefixes = 0;
  beforeAll(async () => {
    cluster = await startCluster();
  }, 60_000);
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  describeStore('Redis Cluster', async () => {
    prefixes++;
    const [one, other] = ['ioredis 6', 'redis 6'].map((name) =>
      redisOAuthStore(clusterClients[name]!(cluster.ports), {
        prefix: `store ${prefixes}:`,
        timeoutMs: 10_000,
      }),
    ) as [RedisOAuthStore, RedisOAuthStore];
    return {
      one,
      other,
      async [Symbol.asyncDispose]() {
        await Promise.all([one.close(), other.close()]);
      },
    };
  });
});
