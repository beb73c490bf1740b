import { randomBytes } from 'node:crypto';
import { generateKey } from '@trpc-mcp/oauth';
import { eq } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import { secrets } from '../db/schema.ts';

/** What the app signs and encrypts with. */
export interface Secrets {
  /** Signs the cookies of those who are signed in. */
  session: string;
  /** Encrypts what the authorization server stores. */
  oauth: string;
  /** Signs access tokens. */
  key: Awaited<ReturnType<typeof generateKey>>;
}

/** Reads the secrets of this database. Makes them at the first start. */
export async function loadSecrets(db: Database): Promise<Secrets> {
  const randomText = async () => randomBytes(32).toString('base64url');
  return {
    session: await keep(db, 'session', randomText),
    oauth: await keep(db, 'oauth', randomText),
    key: await keep(db, 'access token key', generateKey),
  };
}

async function keep<TValue>(db: Database, name: string, make: () => Promise<TValue>): Promise<TValue> {
  const [kept] = await db.select().from(secrets).where(eq(secrets.name, name));
  if (kept) return JSON.parse(kept.value) as TValue;
  // Two nodes may start at the same time. Both use what the first one has made.
  const value = JSON.stringify(await make());
  await db.insert(secrets).values({ name, value }).onConflictDoNothing();
  return await keep(db, name, make);
}
