import { toSchema, toTableNames } from './postgres-schema.ts';
import type { OAuthStore } from './store.ts';

/** What `postgresOAuthStore` needs of a database: a `Pool` of `pg` has it, and so has a `PGlite`. */
export interface PostgresDatabase {
  query(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
}

/** Options of `postgresOAuthStore`. */
export interface PostgresOAuthStoreOptions {
  /** The table, with or without its schema. Upper-case letters count. `trpc_mcp_oauth` by default. */
  table?: string;
}

/**
 * Makes a store on PostgreSQL 12 or later, in one table. Several processes can share it, also through PgBouncer in its
 * transaction mode.
 *
 * It makes the table when it is used first. To make it in a migration instead, run `postgresOAuthSchema()`. It removes
 * expired rows by itself. Give the pool time limits, such as `connectionTimeoutMillis` and `query_timeout` of `pg`, so that
 * requests fail soon while the database does not answer.
 */
export function postgresOAuthStore(
  database: PostgresDatabase,
  options: PostgresOAuthStoreOptions = {},
): OAuthStore {
  if (typeof (database as Partial<PostgresDatabase> | null | undefined)?.query !== 'function')
    throw new TypeError('postgresOAuthStore(database) takes a Pool of pg, or anything with its method query');
  const names = toTableNames(options.table);
  const { table } = names;
  const query = createQuery(database, table, toSchema(names));
  const sweep = createSweep(() => query(sweepOf(table), [sweepSize]));
  const statements = statementsOf(table);

  return {
    async add(key, value, ttlMs) {
      const rows = await query(statements.add, [recordOf(key), value, ttlMs]);
      sweep();
      return rows.length > 0;
    },
    async get(key) {
      const [row] = await query(statements.get, [recordOf(key)]);
      return row?.['value'] as string | undefined;
    },
    async set(key, value, ttlMs, groups = []) {
      await query(statements.set, [recordOf(key), value, ttlMs, [...groups]]);
      sweep();
    },
    async delete(key) {
      await query(statements.delete, [recordOf(key)]);
    },
    async keysOf(group) {
      const rows = await query(statements.keysOf, [group]);
      return rows.map(({ key }) => (key as string).slice(recordPrefix.length));
    },
    async take(key, { points, durationMs }) {
      const [row] = await query(statements.take, [
        `limit:${points}/${durationMs}:${key}`,
        durationMs,
        points,
      ]);
      sweep();
      // No row: another process has just made the count, and all points of it are gone already.
      return row ? Number(row['wait']) : durationMs;
    },
  };
}

type Query = (text: string, values: unknown[]) => Promise<Record<string, unknown>[]>;

/** Records and counts share the table, so each kind has a beginning of its own. */
const recordPrefix = 'record:';

function recordOf(key: string): string {
  return recordPrefix + key;
}

/** Each method is one statement, and so atomic. The clock is that of the database, so that processes agree on it. */
function statementsOf(table: string): Record<keyof OAuthStore, string> {
  const inMs = (value: string) => `statement_timestamp() + ${value}::float8 * interval '1 millisecond'`;
  const wait = 'greatest(1, ceil(extract(epoch from expires_at - statement_timestamp()) * 1000))::float8';
  const isOver = 'kept.expires_at <= statement_timestamp()';
  return {
    add: `insert into ${table} as kept (key, value, groups, expires_at) values ($1, $2, '{}', ${inMs('$3')})
      on conflict (key) do update
        set value = excluded.value, groups = excluded.groups, expires_at = excluded.expires_at
        where ${isOver}
      returning key`,
    get: `select value from ${table} where key = $1 and expires_at > statement_timestamp()`,
    set: `insert into ${table} (key, value, groups, expires_at) values ($1, $2, $4::text[], ${inMs('$3')})
      on conflict (key) do update
        set value = excluded.value, groups = excluded.groups, expires_at = excluded.expires_at`,
    delete: `delete from ${table} where key = $1`,
    keysOf: `select key from ${table} where groups @> array[$1::text] and expires_at > statement_timestamp()`,
    // Nothing is written when no point is left, so that a flood does not fill the table with dead rows.
    take: `with taken as (
        insert into ${table} as kept (key, value, groups, expires_at) values ($1, '1', '{}', ${inMs('$2')})
        on conflict (key) do update
          set value = case when ${isOver} then '1' else (kept.value::bigint + 1)::text end,
            expires_at = case when ${isOver} then excluded.expires_at else kept.expires_at end
          where ${isOver} or kept.value::bigint < $3::bigint
        returning case when kept.value::bigint <= $3::bigint then 0 else ${wait} end as wait
      )
      select wait from taken
      union all
      select ${wait} from ${table} where key = $1 and not exists (select from taken)`,
  };
}

/** How many expired rows are removed at once. */
const sweepSize = 1000;
const sweepEveryMs = 10_000;

function sweepOf(table: string): string {
  return `with expired as (
      select key from ${table} where expires_at <= statement_timestamp()
      order by expires_at limit $1::int for update skip locked
    ), removed as (
      delete from ${table} as kept using expired where kept.key = expired.key returning 1
    )
    select count(*)::int as count from removed`;
}

/**
 * Returns a function that removes expired rows now and then, when it is called after a write. There is no timer, and no
 * request waits for it. As long as there are many expired rows, each write removes some, so that they cannot pile up.
 */
function createSweep(removeExpired: () => Promise<Record<string, unknown>[]>): () => void {
  let nextAt = 0;
  return () => {
    if (Date.now() < nextAt) return;
    nextAt = Date.now() + sweepEveryMs;
    removeExpired().then(
      ([row]) => {
        if (Number(row?.['count']) >= sweepSize) nextAt = 0;
      },
      // The next write tries again later, and expired rows are not returned meanwhile.
      () => {},
    );
  };
}

/** Returns a function that runs a statement, after it has made sure that there is a table. */
function createQuery(database: PostgresDatabase, table: string, schema: readonly string[]): Query {
  let isReady: Promise<void> | undefined;
  const makeOnce = () =>
    (isReady ??= makeTable(database, table, schema).catch((error: unknown) => {
      isReady = undefined;
      throw error;
    }));
  return async (text, values) => {
    await makeOnce();
    try {
      return (await database.query(text, values)).rows;
    } catch (error) {
      // Somebody has removed the table, so that the next request makes it again.
      if ((error as { code?: unknown } | null)?.code === undefinedTable) isReady = undefined;
      throw error;
    }
  };
}

const undefinedTable = '42P01';

async function makeTable(
  database: PostgresDatabase,
  table: string,
  schema: readonly string[],
): Promise<void> {
  // Whoever may not make tables may use one that is there.
  const { rows } = await database.query('select to_regclass($1::text) is not null as "isThere"', [table]);
  if (rows[0]?.['isThere'] === true) return;
  // `if not exists` fails when two do it at the same time, so that one has to wait for the other. It is one statement, so
  // that it runs on one connection, and the lock ends with it.
  await database.query(
    `do $make$ begin perform pg_advisory_xact_lock(${lock}); ${schema.join('; ')}; end $make$`,
  );
}

/** A number for the lock that nobody else is likely to use. */
const lock = 7_264_901_835;
