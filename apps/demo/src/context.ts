import type { IncomingMessage } from 'node:http';
import type { TRPCRequestInfo } from '@trpc/server/http';
import type { McpRequest } from '@trpc-mcp/core';
import { eq, inArray, type SQL } from 'drizzle-orm';
import { userIdOf } from './auth/session.ts';
import { hashToken } from './auth/token.ts';
import type { Database } from './db/database.ts';
import { accessTokens, customers, users } from './db/schema.ts';
import { tokens } from './sample/cast.ts';

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
  /** Whether a token was sent, which distinguishes a missing token from an unknown one. */
  tokenSent: boolean;
  /** Reads the arguments of an MCP call as they were sent, whether or not a procedure takes them. */
  readArguments?: (() => Promise<unknown>) | undefined;
}

/**
 * Makes the `createContext` for both tRPC and MCP. It finds out who is calling, and refuses nobody. The person is the same
 * whichever way they come: with a token or a cookie over tRPC, with a token or a login over MCP.
 */
export function createContextFor(db: Database) {
  return async ({ req, mcp, info }: ContextOptions): Promise<Context> => {
    if (mcp) {
      // `auth` has already found out who is calling, by a plain token or a login. Both put the person here.
      const user = mcp.auth?.extra?.['user'] as SignedInUser | undefined;
      return { db, user, tokenSent: user !== undefined, readArguments: info?.calls[0]?.getRawInput };
    }
    // A browser cannot send headers with a subscription, so tRPC's client sends it as a parameter of the connection.
    const token = tokenIn(req.headers.authorization ?? info?.connectionParams?.['authorization']);
    return {
      db,
      user: await (token === undefined ? findUserBySession(db, req) : findUserByToken(db, token)),
      tokenSent: token !== undefined,
    };
  };
}

/** The part of the host's options from which a context is made, so that tests can write it by hand. */
interface ContextOptions {
  req: Pick<IncomingMessage, 'headers'>;
  mcp?: McpRequest;
  info?: Pick<TRPCRequestInfo, 'calls' | 'connectionParams'>;
}

export function tokenIn(authorization: string | null | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
}

export async function findUserByToken(db: Database, token: string): Promise<SignedInUser | undefined> {
  const [found] = await db
    .select({ id: accessTokens.userId })
    .from(accessTokens)
    .where(eq(accessTokens.sha256, hashToken(token)));
  return found && findUserById(db, found.id);
}

/** Finds whoever has signed in with the browser that sent the request. */
export async function findUserBySession(
  db: Database,
  req: Pick<IncomingMessage, 'headers'>,
): Promise<SignedInUser | undefined> {
  const id = userIdOf(req);
  return id === undefined ? undefined : await findUserById(db, id);
}

export async function findUserById(db: Database, id: string): Promise<SignedInUser | undefined> {
  const [user] = await findUsers(db, eq(users.id, id));
  return user;
}

/** The people as whom you can sign in to this demo. */
export function findPeople(db: Database): Promise<SignedInUser[]> {
  const emails = Object.values(tokens).map(({ email }) => email);
  return findUsers(db, inArray(users.email, emails));
}

async function findUsers(db: Database, which: SQL): Promise<SignedInUser[]> {
  const found = await db
    .select({ user: users, account: { id: customers.id, status: customers.status } })
    .from(users)
    .leftJoin(customers, eq(customers.id, users.customerId))
    .where(which)
    .orderBy(users.name);
  return found.map(toSignedInUser);
}

function toSignedInUser({ user, account }: FoundUser): SignedInUser {
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

interface FoundUser {
  user: typeof users.$inferSelect;
  account: Pick<typeof customers.$inferSelect, 'id' | 'status'> | null;
}
