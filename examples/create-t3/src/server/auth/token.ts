import { createHash, randomBytes } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { openDatabase } from '~/server/db';
import { apiTokens, users } from '~/server/db/schema';

/** Makes a token. The database keeps only its hash. */
export function makeToken(): { token: string; hash: string } {
  const token = `t3_${randomBytes(32).toString('base64url')}`;
  return { token, hash: hashToken(token) };
}

/** The token that a request sends, or `undefined`. */
export function tokenOf(headers: Headers): string | undefined {
  return /^Bearer (\S+)$/i.exec(headers.get('authorization') ?? '')?.[1];
}

/** The owner of a token, or `undefined` if nobody has it. */
export async function findOwner(token: string): Promise<{ id: number; name: string } | undefined> {
  const db = await openDatabase();
  const [owner] = await db
    .select({ id: users.id, name: users.name })
    .from(apiTokens)
    .innerJoin(users, eq(users.id, apiTokens.userId))
    .where(eq(apiTokens.hash, hashToken(token)));
  return owner;
}

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
