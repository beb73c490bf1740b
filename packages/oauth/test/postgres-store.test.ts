import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../../redis/test/eventually.ts';
import { openTcpProxy } from '../../redis/test/tcp-proxy.ts';
import { type PostgresDatabase, postgresOAuthSchema, postgresOAuthStore } from '../src/index.ts';
import { openSchema } from './postgres.ts';

const hour = 3_600_000;
const databaseUrl = process.env['DATABASE_URL'] ?? '';

describe('the table of the store', () => {
  let database: PGlite;
  let table = '';
  let tables = 0;
  beforeAll(async () => {
    database = await PGlite.create();
  });
  beforeEach(() => {
    table = `table_${tables++}`;
  });
  afterAll(() => database.close());
  const count = async () => {
    const { rows } = await database.query<{ count: number }>(`select count(*)::int as count from ${table}`);
    return rows[0]!.count;
  };

  test('is made by a migration, with its indexes, and then needs no right to make tables', async () => {
    await database.exec(postgresOAuthSchema(table));
    await database.exec(postgresOAuthSchema(table));
    const { rows } = await database.query('select indexname from pg_indexes where tablename = $1', [table]);
    expect(rows.map((row) => (row as { indexname: string }).indexname).toSorted()).toEqual([
      `${table}_expires_at`,
      `${table}_groups`,
      `${table}_pkey`,
    ]);
    await database.exec(`create role app_${table}`);
    await database.exec(`grant select, insert, update, delete on ${table} to app_${table}`);
    await database.exec(`set role app_${table}`);
    try {
      const store = postgresOAuthStore(database, { table });
      await store.set('key', '1', hour, ['group']);
      expect([await store.get('key'), await store.keysOf('group')]).toEqual(['1', ['key']]);
      expect(await store.take('key', { points: 1, durationMs: hour })).toBe(0);
      await store.delete('key');
      // Without the table, it would need that right.
      const without = postgresOAuthStore(database, { table: 'not_there' });
      await expect(without.get('key')).rejects.toThrow('permission denied for schema public');
    } finally {
      await database.exec('reset role');
    }
  });

  test('is the same, whoever makes it', async () => {
    const columns = async (name: string) => {
      const { rows } = await database.query(
        `select column_name, data_type, is_nullable from information_schema.columns where table_name = $1 order by 1`,
        [name],
      );
      return rows;
    };
    await database.exec(postgresOAuthSchema(table));
    await postgresOAuthStore(database, { table: `${table}_own` }).get('key');
    expect(await columns(table)).toHaveLength(4);
    expect(await columns(`${table}_own`)).toEqual(await columns(table));
  });

  test('is made again when somebody has removed it', async () => {
    const store = postgresOAuthStore(database, { table });
    await store.set('key', '1', hour);
    await database.exec(`drop table ${table}`);
    await expect(store.get('key')).rejects.toThrow('does not exist');
    expect(await store.get('key')).toBe(undefined);
    expect(await store.add('key', '2', hour)).toBe(true);
  });

  test('may be in another schema, and have a name in upper case or one of SQL', async () => {
    await database.exec('create schema "Auth"');
    await postgresOAuthStore(database, { table: 'Auth.Select' }).set('key', '1', hour);
    const { rows } = await database.query('select key, value from "Auth"."Select"');
    expect(rows).toEqual([{ key: 'record:key', value: '1' }]);
  });

  test.each([
    '',
    'a.b.c',
    'a"; drop table b; --',
    "a'b",
    'größe',
    '1a',
    '.a',
    'a.',
    'a b',
    'a$make$',
    'a'.repeat(51),
  ])('may not be called "%s"', (name) => {
    expect(() => postgresOAuthStore(database, { table: name })).toThrow('is a name such as');
    expect(() => postgresOAuthSchema(name)).toThrow(`"${name}" is not`);
  });

  test('loses its expired rows by and by, a bounded number at once, while requests do not wait', async () => {
    const store = postgresOAuthStore(database, { table });
    await store.get('key');
    await database.exec(
      `insert into ${table} select 'record:' || n, '', '{}', now() - interval '1 day' from generate_series(1, 2500) n`,
    );
    await database.exec(`insert into ${table} values ('record:kept', '', '{}', now() + interval '1 day')`);
    const counts: number[] = [];
    for (let write = 0; write < 4; write++) {
      await store.set('key', '1', hour);
      counts.push(await count());
    }
    expect(counts).toEqual([1502, 502, 2, 2]);
    expect(await store.get('kept')).toBe('');
  });

  test('is not written by those who have no points left', async () => {
    const store = postgresOAuthStore(database, { table });
    const limit = { points: 2, durationMs: hour };
    const versions = async () =>
      (await database.query<{ xmin: string }>(`select ctid::text as version from ${table}`)).rows;
    for (let point = 0; point < 2; point++) expect(await store.take('me', limit)).toBe(0);
    const before = await versions();
    expect(before).toHaveLength(1);
    for (let call = 0; call < 3; call++) expect(await store.take('me', limit)).toBeGreaterThan(0);
    expect(await versions()).toEqual(before);
    expect(await store.take('nobody', { points: 0, durationMs: hour })).toBeGreaterThan(0);
  });
});

test.each([undefined, {}, 'postgres://localhost'])('%s is no database', (database) => {
  expect(() => postgresOAuthStore(database as unknown as PostgresDatabase)).toThrow('takes a Pool of pg');
});

describe.skipIf(!databaseUrl)('with DATABASE_URL: the store', () => {
  test('makes its table when many use it first at once', async () => {
    await using schema = await openSchema(databaseUrl);
    const pools = Array.from({ length: 6 }, () => schema.openPool());
    for (const pool of pools) await pool.query('select 1');
    for (let round = 0; round < 10; round++) {
      const stores = pools.map((pool) => postgresOAuthStore(pool, { table: `${schema.table}_${round}` }));
      const added = await Promise.all(stores.map((store) => store.add('key', '1', hour)));
      expect(added.filter(Boolean)).toHaveLength(1);
    }
  });

  test('fails while the database is away, does nothing later, and works when it is back', async () => {
    await using schema = await openSchema(databaseUrl);
    await using proxy = await openTcpProxy(databaseUrl);
    const store = postgresOAuthStore(schema.openPool(proxy.url), { table: schema.table });
    const limit = { points: 1, durationMs: hour };
    await store.set('before', '1', hour, ['group']);
    await proxy.cut();
    for (const call of [
      () => store.add('late', '1', hour),
      () => store.get('before'),
      () => store.set('late', '1', hour),
      () => store.delete('before'),
      () => store.keysOf('group'),
      () => store.take('me', limit),
    ])
      await expect(call()).rejects.toThrow(Error);
    await proxy.restore();
    await eventually(async () => expect(await store.get('before')).toBe('1'));
    expect(await store.get('late')).toBe(undefined);
    expect(await store.keysOf('group')).toEqual(['before']);
    expect(await store.take('me', limit)).toBe(0);
  });

  test('starts while the database is away, and makes its table when it is back', async () => {
    await using schema = await openSchema(databaseUrl);
    await using proxy = await openTcpProxy(databaseUrl);
    await proxy.cut();
    const store = postgresOAuthStore(schema.openPool(proxy.url), { table: schema.table });
    await expect(store.add('key', '1', hour)).rejects.toThrow(Error);
    await proxy.restore();
    await eventually(async () => expect(await store.add('key', '1', hour)).toBe(true));
  });
});
