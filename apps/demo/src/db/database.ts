import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { drizzle as drizzlePostgres } from 'drizzle-orm/node-postgres';
import { migrate as migratePostgres } from 'drizzle-orm/node-postgres/migrator';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite';
import { migrate as migratePglite } from 'drizzle-orm/pglite/migrator';
import { Pool } from 'pg';
import { lockFolder } from './folder-lock.ts';
import { locks } from './lock.ts';
import * as schema from './schema.ts';

/** The database that the app queries: PGlite, a PostgreSQL server, or a transaction of either. */
export type Database = PgDatabase<PgQueryResultHKT, typeof schema>;

/** The database with its driver, which libraries use that write SQL of their own. A transaction has none. */
export interface WholeDatabase extends Database {
  $client: Pool | PGlite;
}

export interface OpenDatabase {
  db: WholeDatabase;
  close: () => Promise<void>;
}

/** Connects to a PostgreSQL server and migrates its tables. */
export async function openPostgres(url: string): Promise<OpenDatabase> {
  const pool = new Pool({ connectionString: url });
  // The pool replaces a connection that the server dropped. Without a listener, Node would end the process.
  pool.on('error', (error) => console.error(`Lost a database connection: ${error.message}`));
  const db = drizzlePostgres(pool, { schema, casing: 'snake_case' });
  const close = () => pool.end();
  return closeOnFailure(close, async () => {
    await migrateAlone(pool);
    return { db, close };
  });
}

/** Two demos may start at the same time on one server. The second one waits, and finds the tables of the first. */
async function migrateAlone(pool: Pool): Promise<void> {
  // The lock belongs to a connection, so the work must use the same connection.
  const connection = await pool.connect();
  try {
    await connection.query('select pg_advisory_lock($1)', [locks.setUp]);
    await migratePostgres(drizzlePostgres(connection), migrations);
  } finally {
    await connection
      .query('select pg_advisory_unlock($1)', [locks.setUp])
      .finally(() => connection.release());
  }
}

export interface PgliteOptions {
  /** The folder of the data. Without it, the data is in memory. */
  folder?: string;
  /** The initial data, from `dump`. */
  snapshot?: Blob;
}

/** Opens PostgreSQL inside this process and migrates its tables. */
export async function openPglite(
  options: PgliteOptions = {},
): Promise<OpenDatabase & { dump: () => Promise<Blob> }> {
  const lock = options.folder === undefined ? undefined : lockFolder(options.folder);
  const client = new PGlite({
    ...(lock && { dataDir: lock.path('postgres') }),
    ...(options.snapshot && { loadDataDir: options.snapshot }),
  });
  const db = drizzlePglite(client, { schema, casing: 'snake_case' });
  const close = async () => {
    await client.close();
    lock?.release();
  };
  return closeOnFailure(close, async () => {
    await migratePglite(db, migrations);
    return { db, close, dump: () => client.dumpDataDir('none') };
  });
}

// Two levels up both from src/db and from dist/db.
const migrations = { migrationsFolder: fileURLToPath(new URL('../../drizzle', import.meta.url)) };

async function closeOnFailure<T>(close: () => Promise<void>, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    await close();
    throw error;
  }
}
