import { randomUUID } from 'node:crypto';
import pg from 'pg';

/** A schema of a PostgreSQL server that nobody else uses, and that is gone at the end. */
export interface TestSchema extends AsyncDisposable {
  /** The name of a table in it. */
  table: string;
  /** Opens a pool to it, by way of another address if there is one. It is closed at the end. */
  openPool(url?: string): pg.Pool;
}

export async function openSchema(url: string): Promise<TestSchema> {
  const schema = `oauth_${randomUUID().replaceAll('-', '')}`;
  const pools: pg.Pool[] = [];
  const openPool = (connectionString = url) => {
    const pool = new pg.Pool({ connectionString, max: 4, connectionTimeoutMillis: 10_000 });
    // A connection that is lost while nobody uses it would end the process.
    pool.on('error', () => {});
    pools.push(pool);
    return pool;
  };
  const admin = openPool();
  await admin.query(`create schema ${schema}`);
  return {
    table: `${schema}.records`,
    openPool,
    async [Symbol.asyncDispose]() {
      await admin.query(`drop schema ${schema} cascade`);
      await Promise.all(pools.map((pool) => pool.end()));
    },
  };
}
