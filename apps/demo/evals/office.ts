import { getTableName, is, sql } from 'drizzle-orm';
import { PgTable } from 'drizzle-orm/pg-core';
import { allScopes } from '../src/auth/scope.ts';
import { type Context, findUserByToken } from '../src/context.ts';
import { type Database, openPglite, type OpenDatabase } from '../src/db/database.ts';
import * as schema from '../src/db/schema.ts';
import { tokens } from '../src/sample/cast.ts';
import { seedDatabase } from '../src/sample/seed.ts';

/** Always the same moment, so that the sample data is the same in each run. */
const now = new Date('2026-11-02T09:00:00Z');

let opened: Promise<OpenDatabase> | undefined;

/** Opens the sample data in memory, or puts it back as it was at first. */
export async function resetOffice(): Promise<void> {
  if (opened) await restore((await opened).db);
  else await (opened = openOffice());
}

export async function closeOffice(): Promise<void> {
  await (await opened)?.close();
  opened = undefined;
}

/** The context of somebody with a role, and what they may do. */
// The return type is what it is for: a person of the evals.
export function personWith(role: keyof typeof tokens) {
  return {
    ctx: async (): Promise<Context> => {
      const { db } = await opened!;
      return { db, user: await findUserByToken(db, tokens[role].token), tokenSent: true };
    },
    authInfo: { subject: role, scopes: [...allScopes] },
  };
}

const tables = Object.values(schema)
  .filter((each) => is(each, PgTable))
  .map((table) => sql.identifier(getTableName(table)));

async function openOffice(): Promise<OpenDatabase> {
  const office = await openPglite();
  await seedDatabase(office.db, { customers: 50, now });
  await office.db.execute(sql`create schema kept`);
  for (const table of tables) await office.db.execute(sql`create table kept.${table} as table ${table}`);
  return office;
}

async function restore(db: Database): Promise<void> {
  // Rows are deleted and inserted without regard to the tables that they refer to.
  await db.execute(sql`set session_replication_role = replica`);
  for (const table of tables) {
    await db.execute(sql`delete from ${table}`);
    await db.execute(sql`insert into ${table} overriding system value select * from kept.${table}`);
  }
  await db.execute(sql`set session_replication_role = default`);
}
