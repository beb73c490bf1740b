import { mkdirSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import { drizzle, type PgliteDatabase } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import { env } from '~/env';
import { hashPassword } from '~/server/auth/password';
import * as schema from './schema';

export type Database = PgliteDatabase<typeof schema>;

const shared = globalThis as { database?: Promise<Database> };

/**
 * Opens the database when it is first needed, so that `next build`, which loads this module in several processes, does
 * not. Next.js loads it once for pages and once for routes, too: all of them share one database.
 */
export function openDatabase(): Promise<Database> {
  return (shared.database ??= open());
}

async function open(): Promise<Database> {
  if (!env.DATABASE_DIR.includes('://')) mkdirSync(env.DATABASE_DIR, { recursive: true });
  const db = drizzle(new PGlite(env.DATABASE_DIR), { schema, casing: 'snake_case' });
  await migrate(db, { migrationsFolder: 'drizzle' });
  await addSample(db);
  return db;
}

/** Adds the two people of this example, who both sign in with the password "open sesame". */
async function addSample(db: Database): Promise<void> {
  if ((await db.$count(schema.users)) > 0) return;
  const passwordHash = hashPassword('open sesame');
  const [ada] = await db
    .insert(schema.users)
    .values([
      { name: 'Ada', passwordHash },
      { name: 'Ben', passwordHash },
    ])
    .returning();
  await db.insert(schema.posts).values({ title: 'Hello from Ada', authorId: ada!.id, isByAgent: false });
}
