import { PGlite } from '@electric-sql/pglite';
import { redisOAuthStore } from '@trpc-mcp/redis';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe } from 'vitest';
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
