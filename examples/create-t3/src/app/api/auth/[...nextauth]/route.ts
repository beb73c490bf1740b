import NextAuth from 'next-auth';
import { authConfig } from '~/server/auth/config';

const handler = NextAuth(authConfig) as (request: Request, context: unknown) => Promise<Response>;

export { handler as GET, handler as POST };
