import { eq } from 'drizzle-orm';
import type { DefaultSession, NextAuthOptions } from 'next-auth';
import CredentialsProvider from 'next-auth/providers/credentials';
import { env } from '~/env';
import { openDatabase } from '~/server/db';
import { users } from '~/server/db/schema';
import { isPassword } from './password';

declare module 'next-auth' {
  interface Session extends DefaultSession {
    user: { id: string; name: string };
  }
}

export const authConfig: NextAuthOptions = {
  secret: env.AUTH_SECRET,
  // Auth.js keeps no sessions in a database for people who sign in with a password.
  session: { strategy: 'jwt' },
  providers: [
    CredentialsProvider({
      credentials: { name: { label: 'Name' }, password: { label: 'Password', type: 'password' } },
      async authorize(credentials) {
        if (!credentials) return null;
        const db = await openDatabase();
        const user = await db.query.users.findFirst({ where: eq(users.name, credentials.name) });
        if (!user || !isPassword(credentials.password, user.passwordHash)) return null;
        return { id: String(user.id), name: user.name };
      },
    }),
  ],
  callbacks: {
    session: ({ session, token }) => ({
      ...session,
      user: { id: token.sub, name: token.name },
    }),
  },
};
