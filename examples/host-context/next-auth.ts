import { mcpHandler } from '@trpc-mcp/core/fetch';
import type { NextRequest } from 'next/server.js';
import { auth } from './auth.ts';
import { appRouter, type Context, type Session } from './router.ts';

export const createContext = (_: { req: NextRequest }, session: Session | null): Context => ({ session });

const handler = mcpHandler(appRouter, { createContext });
const route = auth(async (req) => handler(req, req.auth));

export { route as GET, route as POST, route as DELETE };
