import type { CreateExpressContextOptions } from '@trpc/server/adapters/express';
import { eq } from 'drizzle-orm';
import { hashToken } from './auth/token.ts';
import type { Database } from './db/database.ts';
import { accessTokens, customers, users } from './db/schema.ts';

interface Person {
  id: string;
  name: string;
  email: string;
}

export interface StaffUser extends Person {
  role: 'viewer' | 'support' | 'admin';
}

export interface CustomerUser extends Person {
  role: 'customer';
  customerId: string;
  deactivated: boolean;
}

export type SignedInUser = StaffUser | CustomerUser;

export interface Context {
  db: Database;
  user: SignedInUser | undefined;
  /** Tells "no token" from "a token that nobody has". */
  tokenSent: boolean;
}

/** Makes the `createContext` that tRPC and MCP are both given: it finds out who is asking, and refuses nobody. */
export function createContextFor(db: Database) {
  return async ({ req }: Pick<CreateExpressContextOptions, 'req'>): Promise<Context> => {
    const token = /^Bearer +(\S+)$/i.exec(req.headers.authorization ?? '')?.[1];
    return {
      db,
      user: token === undefined ? undefined : await findUser(db, token),
      tokenSent: token !== undefined,
    };
  };
}

async function findUser(db: Database, token: string): Promise<SignedInUser | undefined> {
  const [found] = await db
    .select({ user: users, account: { id: customers.id, status: customers.status } })
    .from(accessTokens)
    .innerJoin(users, eq(users.id, accessTokens.userId))
    .leftJoin(customers, eq(customers.id, users.customerId))
    .where(eq(accessTokens.sha256, hashToken(token)));
  if (!found) return undefined;

  const { user, account } = found;
  const person = { id: user.id, name: user.name, email: user.email };
  if (user.role !== 'customer') return { ...person, role: user.role };
  if (!account) throw new Error(`user ${user.id} is a customer without an account`);
  return {
    ...person,
    role: user.role,
    customerId: account.id,
    deactivated: account.status === 'deactivated',
  };
}
